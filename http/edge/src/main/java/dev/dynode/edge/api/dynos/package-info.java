/** Resource: dynos. */
@NullMarked
package dev.dynode.edge.api.dynos;

import org.jspecify.annotations.NullMarked;
