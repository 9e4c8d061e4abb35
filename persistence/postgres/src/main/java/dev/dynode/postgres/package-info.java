/** What the nodes of a cluster share: a PostgreSQL database. */
@NullMarked
package dev.dynode.postgres;

import org.jspecify.annotations.NullMarked;
