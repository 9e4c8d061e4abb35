/** The commands, driven as processes against a small node of their own. */
@NullMarked
package dev.dynode.cli;

import org.jspecify.annotations.NullMarked;
