package dev.dynode.simulator.faults;

import dev.dynode.simulator.run.Invariants.Broken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/** Many seeds under everything that can go wrong, and the shortest history of one that fails. */
public final class FaultRuns {
  /** A trial takes milliseconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

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
    return of(first, seeds, FaultRun.Rules.PRODUCTION, done);
  }

  static Optional<Failure> of(long first, long seeds, FaultRun.Rules rules, LongConsumer done) {
    return of(first, seeds, rules, PATIENCE, done);
  }

  /**
   * @param patience after which a seed is taken for one that never ends
   */
  static Optional<Failure> of(
      long first, long seeds, FaultRun.Rules rules, Duration patience, LongConsumer done) {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    try {
      for (long seed = first; seed < first + seeds; seed++) {
        Plan plan = Plan.of(seed);
        Optional<Failure> failure = within(patience, thread, plan, rules);
        if (failure.isPresent()) {
          return failure;
        }
        done.accept(seed);
      }
      return Optional.empty();
    } finally {
      thread.shutdownNow();
    }
  }

  private static Optional<Failure> within(
      Duration patience, ExecutorService thread, Plan plan, FaultRun.Rules rules) {
    Future<Optional<Failure>> trial =
        thread.submit(
            () -> breaks(plan, rules) ? Optional.of(shortest(plan, rules)) : Optional.empty());
    try {
      return trial.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) { // its thread is left behind
      String rule = "it does not end within " + patience.toSeconds() + " s";
      List<String> faults = plan.faults().stream().map(Fault::toString).toList();
      return Optional.of(new Failure(plan.seed(), rule, faults));
    } catch (ExecutionException e) {
      throw new IllegalStateException("seed " + plan.seed(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted at seed " + plan.seed(), e);
    }
  }

  /** Leaves out of the plan whatever it fails without, half of it, a quarter, one by one. */
  private static Failure shortest(Plan failing, FaultRun.Rules rules) {
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
      FaultRun.run(plan, rules, true);
    } catch (Told told) {
      return new Failure(failing.seed(), String.valueOf(told.getMessage()), told.history());
    }
    throw new AssertionError("seed " + failing.seed() + " fails, and again it does not");
  }

  private static boolean breaks(Plan plan, FaultRun.Rules rules) {
    try {
      FaultRun.run(plan, rules, false);
      return false;
    } catch (Broken broken) {
      return true;
    }
  }
}
