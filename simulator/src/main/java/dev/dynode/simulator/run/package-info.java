/** Runs the rules of production in virtual time and watches that they hold. */
@NullMarked
package dev.dynode.simulator.run;

import org.jspecify.annotations.NullMarked;
