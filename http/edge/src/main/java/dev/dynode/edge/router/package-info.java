/** HTTP to web dynos. */
@NullMarked
package dev.dynode.edge.router;

import org.jspecify.annotations.NullMarked;
