/** The rules of one dyno's life. */
@NullMarked
package dev.dynode.domain.dyno;

import org.jspecify.annotations.NullMarked;
