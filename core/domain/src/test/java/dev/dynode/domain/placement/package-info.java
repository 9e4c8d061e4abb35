@NullMarked
package dev.dynode.domain.placement;

import org.jspecify.annotations.NullMarked;
