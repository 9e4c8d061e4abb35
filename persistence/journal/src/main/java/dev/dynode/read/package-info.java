/** Looking back: events as they were journaled, and what is kept up to date from them. */
@NullMarked
package dev.dynode.read;

import org.jspecify.annotations.NullMarked;
