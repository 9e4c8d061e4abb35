/** Where a starting node finds the others of its cluster. */
@NullMarked
package dev.dynode.cluster.discovery;

import org.jspecify.annotations.NullMarked;
