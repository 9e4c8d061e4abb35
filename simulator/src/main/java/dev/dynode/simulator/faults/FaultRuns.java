package dev.dynode.simulator.faults;

import dev.dynode.simulator.run.Invariants.Broken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Many seeds under everything that can go wrong, and the shortest history of one that fails. */
public final class FaultRuns {
  private FaultRuns() {}

  /**
   * A seed under which a rule of the house does not hold.
   *
   * @param rule what does not
   * @param history all that happened, after what is not needed for it was left out
   */
  public record Failure(long seed, String rule, List<String> history) {
    /** What to type to see it again. */
    public String command() {
      return "bin/dynode simulate --faults --seed " + seed;
    }

    @Override
    public String toString() {
      return "%s%nAgain with: %s%nThe shortest history found, %d lines:%n%s"
          .formatted(rule, command(), history.size(), String.join("\n", history));
    }
  }

  /**
   * Tries seeds one after the other.
   *
   * @param done takes each seed that held
   * @return the first that did not
   */
  public static Optional<Failure> of(long first, long seeds, LongConsumer done) {
    return of(first, seeds, Trial.Rules.PRODUCTION, done);
  }

  static Optional<Failure> of(long first, long seeds, Trial.Rules rules, LongConsumer done) {
    for (long seed = first; seed < first + seeds; seed++) {
      Plan plan = Plan.of(seed);
      if (breaks(plan, rules)) {
        return Optional.of(shortest(plan, rules));
      }
      done.accept(seed);
    }
    return Optional.empty();
  }

  /** Leaves out of the plan whatever it fails without, half of it, a quarter, one by one. */
  private static Failure shortest(Plan failing, Trial.Rules rules) {
    Plan plan = failing;
    for (int chunk = Math.max(1, plan.faults().size() / 2); ; ) {
      boolean shorter = false;
      for (int from = 0; from < plan.faults().size(); ) {
        List<Fault> fewer = new ArrayList<>(plan.faults());
        fewer.subList(from, Math.min(from + chunk, fewer.size())).clear();
        if (breaks(plan.only(fewer), rules)) {
          plan = plan.only(fewer);
          shorter = true;
        } else {
          from += chunk;
        }
      }
      if (chunk > 1) {
        chunk /= 2;
      } else if (!shorter) {
        break;
      }
    }
    try {
      Trial.run(plan, rules, true);
    } catch (Trial.Told told) {
      return new Failure(failing.seed(), String.valueOf(told.getMessage()), told.history());
    }
    throw new AssertionError("seed " + failing.seed() + " fails, and again it does not");
  }

  private static boolean breaks(Plan plan, Trial.Rules rules) {
    try {
      Trial.run(plan, rules, false);
      return false;
    } catch (Broken broken) {
      return true;
    }
  }
}
