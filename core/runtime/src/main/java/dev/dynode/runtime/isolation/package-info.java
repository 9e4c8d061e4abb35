/** Walls around a dyno: none, or a sandbox of namespaces and a filter of system calls. */
@NullMarked
package dev.dynode.runtime.isolation;

import org.jspecify.annotations.NullMarked;
