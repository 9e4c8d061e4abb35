/**
 * The {@code dynode} command: a small client of the Platform API and the rendezvous, and the start
 * of a node. Client commands must start fast: no logging framework, no actor system.
 */
@NullMarked
package dev.dynode.cli;

import org.jspecify.annotations.NullMarked;
