/** Virtual time: a queue of what is due, and forked randomness. */
@NullMarked
package dev.dynode.simulator.time;

import org.jspecify.annotations.NullMarked;
