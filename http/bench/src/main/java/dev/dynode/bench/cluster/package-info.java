/** What control nodes over PostgreSQL can do. */
@NullMarked
package dev.dynode.bench.cluster;

import org.jspecify.annotations.NullMarked;
