/** The shell around the rules, and the actors' tree. */
@NullMarked
package dev.dynode.actor;

import org.jspecify.annotations.NullMarked;
