/** The command bench. */
@NullMarked
package dev.dynode.bench.command;

import org.jspecify.annotations.NullMarked;
