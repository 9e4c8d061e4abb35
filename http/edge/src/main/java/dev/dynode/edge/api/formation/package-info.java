/** Resource: formation. */
@NullMarked
package dev.dynode.edge.api.formation;

import org.jspecify.annotations.NullMarked;
