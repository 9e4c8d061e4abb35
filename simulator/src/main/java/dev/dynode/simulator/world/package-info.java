/** Simulated hosts, processes, clients, and what is between them. */
@NullMarked
package dev.dynode.simulator.world;

import org.jspecify.annotations.NullMarked;
