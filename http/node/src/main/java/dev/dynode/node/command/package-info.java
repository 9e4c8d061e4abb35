/** Commands that are a node, or change what one keeps. */
@NullMarked
package dev.dynode.node.command;

import org.jspecify.annotations.NullMarked;
