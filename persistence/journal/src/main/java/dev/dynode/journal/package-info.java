/**
 * The embedded journal: a Pekko Persistence plugin over RocksDB, its snapshots and its queries.
 * Every acknowledged event is on disk; the whole journal can be read in the order of its commits.
 */
@NullMarked
package dev.dynode.journal;

import org.jspecify.annotations.NullMarked;
