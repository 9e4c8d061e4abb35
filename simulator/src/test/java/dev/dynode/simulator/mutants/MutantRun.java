package dev.dynode.simulator.mutants;

import dev.dynode.simulator.mutants.Trials.Outcome;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tries mutants of the rules, each with the seeds that reach its place, until one is caught. */
final class MutantRun {
  /** What decides. A class that is added is mutated with all that is nested in it. */
  static final Set<String> RULES =
      Set.of(
          "dev.dynode.domain.app.AppDecider",
          "dev.dynode.domain.app.AppEvolution",
          "dev.dynode.domain.app.AppPolicy",
          "dev.dynode.domain.app.AppState",
          "dev.dynode.domain.dyno.DynoSize",
          "dev.dynode.domain.app.Granted",
          "dev.dynode.domain.app.Limit",
          "dev.dynode.domain.app.OneOffRequest",
          "dev.dynode.domain.app.SlugsNeeded",
          "dev.dynode.domain.app.Tier",
          "dev.dynode.domain.conductor.Conductor",
          "dev.dynode.domain.conductor.PlaceSearch",
          "dev.dynode.domain.conductor.UnderWay",
          "dev.dynode.domain.directory.AppDirectory",
          "dev.dynode.domain.dyno.Deadlines",
          "dev.dynode.domain.dyno.DynoDecider",
          "dev.dynode.domain.dyno.DynoEvolution",
          "dev.dynode.domain.dyno.DynoPolicy",
          "dev.dynode.domain.dyno.DynoReactions",
          "dev.dynode.domain.dyno.DynoSpec",
          "dev.dynode.domain.dyno.DynoState",
          "dev.dynode.domain.dyno.QuotaRule",
          "dev.dynode.domain.dyno.Usage",
          "dev.dynode.domain.host.HostState",
          "dev.dynode.domain.placement.Grounds",
          "dev.dynode.domain.host.HostView",
          "dev.dynode.domain.placement.Placement",
          "dev.dynode.domain.placement.Search",
          "dev.dynode.domain.Shortage");

  private static final String TRIALS = "dev.dynode.simulator.faults.LoadedTrials";

  /** Seeds for a mutant that needs a loader of its own, whose code is cold. */
  private static final int SEEDS_OF_AN_INITIAL = 100;

  /** What became of a mutant. */
  enum Fate {
    /** An invariant did not hold, a rule threw, or it did not end. */
    CAUGHT,
    /** Some history was another, and no invariant said so. */
    SURVIVED,
    /** Every history was the same. */
    UNCHANGED,
    /** No trial came there. */
    UNREACHED
  }

  /**
   * @param seed the one that told
   * @param how the invariant, or empty
   */
  record Tried(Mutant mutant, Fate fate, long seed, String how) {}

  private final Mutator mutator = new Mutator(MutantRun.class.getClassLoader());
  private final Trials trials = load();
  private final Outcome[] right;
  private final BitSet[] reached;
  private final Map<Integer, Outcome> spoken = new HashMap<>();

  /** Runs the seeds from 1 on with the rules as they are. */
  MutantRun(int seeds) {
    right = new Outcome[seeds];
    reached = new BitSet[seeds];
    for (int i = 0; i < seeds; i++) {
      Switch.turn(-1);
      Switch.watch();
      right[i] = trials.of(1 + i, false);
      reached[i] = Switch.reached();
      if (right[i].broken() != null) {
        throw new IllegalStateException("seed " + (1 + i) + ": " + right[i].broken());
      }
    }
  }

  private Trials load() {
    try {
      return (Trials)
          new MutantLoader(mutator, RULES).loadClass(TRIALS).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All mutants of what was loaded. */
  List<Mutant> mutants() {
    return List.copyOf(mutator.mutants());
  }

  /** A seed with the rules as they are, in words. */
  Outcome asTheyAre(int seed) {
    return spoken.computeIfAbsent(seed, _ -> trials.of(seed, true));
  }

  Tried attempt(Mutant mutant) {
    try {
      return isInitial(mutant) ? anew(mutant) : inPlace(mutant);
    } finally {
      Switch.turn(-1);
    }
  }

  /** Whether it is made as its class is initialized, by itself or by what that calls. */
  boolean isInitial(Mutant mutant) {
    if (mutant.method().equals("<clinit>")) {
      return true;
    }
    for (int i = 1; i < right.length; i++) {
      if (reached[i].get(mutant.id())) {
        return false;
      }
    }
    return right.length > 0 && reached[0].get(mutant.id());
  }

  private Tried inPlace(Mutant mutant) {
    long changed = 0;
    boolean seen = false;
    for (int i = 0; i < right.length; i++) {
      if (!reached[i].get(mutant.id())) {
        continue;
      }
      seen = true;
      Switch.turn(mutant.id());
      Outcome outcome = trials.of(1 + i, false);
      if (outcome.broken() != null) {
        return new Tried(mutant, Fate.CAUGHT, 1 + i, outcome.broken());
      }
      if (changed == 0 && outcome.history() != right[i].history()) {
        changed = 1L + i;
      }
    }
    Fate fate = !seen ? Fate.UNREACHED : changed > 0 ? Fate.SURVIVED : Fate.UNCHANGED;
    return new Tried(mutant, fate, changed, "");
  }

  /** One that is made as its class is initialized: under a loader of its own. */
  private Tried anew(Mutant mutant) {
    long changed = 0;
    try {
      Switch.turn(mutant.id());
      Trials own = load();
      for (int i = 0; i < Math.min(right.length, SEEDS_OF_AN_INITIAL); i++) {
        Switch.turn(mutant.id());
        Outcome outcome = own.of(1 + i, true);
        if (outcome.broken() != null) {
          return new Tried(mutant, Fate.CAUGHT, 1 + i, outcome.broken());
        }
        Switch.turn(-1);
        if (changed == 0 && outcome.history() != asTheyAre(1 + i).history()) {
          changed = 1L + i;
        }
      }
    } catch (LinkageError e) { // it could not even be initialized
      return new Tried(mutant, Fate.CAUGHT, 1, String.valueOf(e));
    }
    return new Tried(mutant, changed > 0 ? Fate.SURVIVED : Fate.UNCHANGED, changed, "");
  }
}
