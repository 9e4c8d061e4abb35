/**
 * Generated mutants of the rules: each class of the deciders is rewritten so that any one of its
 * branches, comparisons, numbers, answers and calls can be made wrong while fault runs go on.
 */
@NullMarked
package dev.dynode.simulator.mutants;

import org.jspecify.annotations.NullMarked;
