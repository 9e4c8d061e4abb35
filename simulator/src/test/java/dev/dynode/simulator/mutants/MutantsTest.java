package dev.dynode.simulator.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.simulator.faults.LoadedTrials;
import dev.dynode.simulator.mutants.MutantRun.Fate;
import dev.dynode.simulator.mutants.MutantRun.Tried;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Mistakes in the rules that nobody has chosen are noticed. Some of them, drawn anew each time;
 * {@link MutantsPage} tries all. {@code -Dseed=N} draws the same.
 */
@Tag("unit")
class MutantsTest {
  private static final int SEEDS = 50;
  private static final int MUTANTS = 300;
  private static final double CAUGHT = .95;

  @Test
  void mostThatChangeAnythingAreCaught() {
    long seed = Long.getLong("seed", new Random().nextLong(1_000_000));
    var run = new MutantRun(SEEDS);
    List<Mutant> mutants = new ArrayList<>(run.mutants());
    mutants.removeIf(run::isInitial); // each takes a loader of its own, and a second
    assertTrue(mutants.size() > 3 * MUTANTS, "there are only " + mutants.size());
    Collections.shuffle(mutants, new Random(seed));
    List<Tried> caught = new ArrayList<>();
    List<Tried> survived = new ArrayList<>();
    for (Mutant mutant : mutants.subList(0, MUTANTS)) {
      Tried tried = run.attempt(mutant);
      if (tried.fate() == Fate.CAUGHT) {
        caught.add(tried);
      } else if (tried.fate() == Fate.SURVIVED) {
        survived.add(tried);
      }
    }
    System.out.printf(
        "Seed %d: %d mutants are caught, not caught are %s%n", seed, caught.size(), survived);
    assertTrue(caught.size() > MUTANTS / 2, "-Dseed=" + seed + ": too little is tried");
    assertTrue(
        caught.size() >= CAUGHT * (caught.size() + survived.size()),
        "-Dseed=" + seed + ": not caught are " + survived);
  }

  /** Rewriting alone changes nothing, or all this would prove little. */
  @Test
  void rulesWithoutAMistakeAreAsTheyWere() {
    var rewritten = new MutantRun(0);
    var asTheyWere = new LoadedTrials();
    for (int seed = 1; seed <= 30; seed++) {
      assertEquals(asTheyWere.of(seed, true), rewritten.asTheyAre(seed));
    }
  }
}
