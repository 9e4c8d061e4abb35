/** HTTP to web dynos. */
@NullMarked
package dev.dynode.router;

import org.jspecify.annotations.NullMarked;
