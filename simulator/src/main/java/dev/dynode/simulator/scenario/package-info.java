/** What is simulated: the file people write, and what is read from it. */
@NullMarked
package dev.dynode.simulator.scenario;

import org.jspecify.annotations.NullMarked;
