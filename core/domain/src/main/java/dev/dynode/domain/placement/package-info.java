/** Which host runs a dyno. */
@NullMarked
package dev.dynode.domain.placement;

import org.jspecify.annotations.NullMarked;
