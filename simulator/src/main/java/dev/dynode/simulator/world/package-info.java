/** Simulated hosts, processes and clients. */
@NullMarked
package dev.dynode.simulator.world;

import org.jspecify.annotations.NullMarked;
