/** Where a starting node finds the others of its cluster. */
@NullMarked
package dev.dynode.discovery;

import org.jspecify.annotations.NullMarked;
