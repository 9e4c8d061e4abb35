/** Resource: log sessions. */
@NullMarked
package dev.dynode.edge.api.logs;

import org.jspecify.annotations.NullMarked;
