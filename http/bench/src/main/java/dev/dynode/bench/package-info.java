/** What a node costs, measured on this machine beside what one would use without it. */
@NullMarked
package dev.dynode.bench;

import org.jspecify.annotations.NullMarked;
