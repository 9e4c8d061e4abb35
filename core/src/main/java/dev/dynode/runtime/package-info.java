/** Processes, terminals and pipes on this machine, by the foreign-function API. */
@NullMarked
package dev.dynode.runtime;

import org.jspecify.annotations.NullMarked;
