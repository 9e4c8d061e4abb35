/** What went wrong, in words of people. */
@NullMarked
package dev.dynode.cli.failure;

import org.jspecify.annotations.NullMarked;
