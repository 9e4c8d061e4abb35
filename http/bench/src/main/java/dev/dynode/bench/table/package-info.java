/** What was measured: samples, and the rows of the table that tells them. */
@NullMarked
package dev.dynode.bench.table;

import org.jspecify.annotations.NullMarked;
