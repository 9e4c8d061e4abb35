/** Looking back: what journaled events say, retold with today's rules. */
@NullMarked
package dev.dynode.domain.history;

import org.jspecify.annotations.NullMarked;
