/** Histories as files, and the journal checked by replaying it with today's rules. */
@NullMarked
package dev.dynode.replay;

import org.jspecify.annotations.NullMarked;
