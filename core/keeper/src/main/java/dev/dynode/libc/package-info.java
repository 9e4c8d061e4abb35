/** Calls of the kernel and the C library that Java has not. The JDK alone. */
@NullMarked
package dev.dynode.libc;

import org.jspecify.annotations.NullMarked;
