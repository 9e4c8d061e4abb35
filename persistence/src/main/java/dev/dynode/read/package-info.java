/** Looking back: the events as they were journaled. */
@NullMarked
package dev.dynode.read;

import org.jspecify.annotations.NullMarked;
