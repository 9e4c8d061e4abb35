package dev.dynode.simulator.mutants;

import org.jspecify.annotations.Nullable;

/** Fault runs under the rules that a {@link MutantLoader} has loaded. */
public interface Trials {
  /**
   * What became of a seed.
   *
   * @param broken the invariant that did not hold; null if all did
   * @param history of all decisions and orders, as one number
   */
  record Outcome(@Nullable String broken, long history) {}

  /**
   * Tries a seed.
   *
   * @param words whether the history's number is to be the same under another loader, which takes
   *     longer
   */
  Outcome of(long seed, boolean words);
}
