/** How much a dyno may use, held by control groups of version 1 and 2. */
@NullMarked
package dev.dynode.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
