/** The rules under everything that can go wrong, from seeds. */
@NullMarked
package dev.dynode.simulator.faults;

import org.jspecify.annotations.NullMarked;
