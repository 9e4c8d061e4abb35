/** The node: one JVM with the roles it was given, from settings to shutdown. */
@NullMarked
package dev.dynode.node;

import org.jspecify.annotations.NullMarked;
