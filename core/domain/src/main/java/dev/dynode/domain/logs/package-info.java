/** What a log line is. */
@NullMarked
package dev.dynode.domain.logs;

import org.jspecify.annotations.NullMarked;
