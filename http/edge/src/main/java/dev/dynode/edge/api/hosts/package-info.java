/** Resource: hosts. */
@NullMarked
package dev.dynode.edge.api.hosts;

import org.jspecify.annotations.NullMarked;
