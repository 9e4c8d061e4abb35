/**
 * Resources that are the same for all: sizes, regions, stacks; and lists that hold one thing or
 * none.
 */
@NullMarked
package dev.dynode.edge.api.catalog;

import org.jspecify.annotations.NullMarked;
