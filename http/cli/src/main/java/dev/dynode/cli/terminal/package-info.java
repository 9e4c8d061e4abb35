/** What a terminal can do: raw mode, progress, tables. */
@NullMarked
package dev.dynode.cli.terminal;

import org.jspecify.annotations.NullMarked;
