package dev.dynode.simulator.run;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A scenario, run to its end and measured. */
public final class Run {
  private static final int STEPS = 500;

  private Run() {}

  /** Takes how far a run has come. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param simulated nanoseconds
     * @param all of so many
     * @param events decided so far
     */
    void at(long simulated, long all, long events);
  }

  /** Runs a scenario; the invariants are checked after every event. */
  public static Result of(Scenario scenario, Progress progress) {
    return measured(scenario, progress).result;
  }

  /**
   * Runs scenarios at the same time; none is touched by another.
   *
   * @param done takes how many are over
   */
  public static List<Result> all(List<Scenario> scenarios, int threads, IntConsumer done)
      throws InterruptedException {
    var over = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Result>> runs = new ArrayList<>();
      for (Scenario scenario : scenarios) {
        runs.add(
            () -> {
              Result result = of(scenario, (_, _, _) -> {});
              done.accept(over.incrementAndGet());
              return result;
            });
      }
      List<Result> results = new ArrayList<>();
      for (Future<Result> run : pool.invokeAll(runs)) {
        results.add(run.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  /**
   * The story of one dyno of a run, as the same scenario makes it again.
   *
   * @param wanted its name or id; of several of a name the last
   * @return its events; none if there is no such dyno
   */
  public static List<DynoEvent> story(Scenario scenario, String wanted) {
    List<DynoEvent> story = new ArrayList<>();
    var recorder =
        new Journal() {
          private @Nullable SimDyno found;

          @Override
          public void app(SimApp app, AppEvent event, AppState after, long now) {}

          @Override
          public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
            if (event instanceof DynoEvent.Created created
                && (created.spec().name().toString().equals(wanted)
                    || dyno.id.toString().equals(wanted))) {
              found = dyno;
              story.clear();
            }
            if (dyno.equals(found)) {
              story.add(event);
            }
          }
        };
    new Simulation(scenario, recorder).run(scenario.length().toNanos());
    return story;
  }

  static Measured measured(Scenario scenario, Progress progress) {
    var run = new Measured(scenario);
    long length = scenario.length().toNanos();
    for (int step = 1; step <= STEPS; step++) {
      long until = step == STEPS ? length : length / STEPS * step;
      run.simulation.run(until);
      progress.at(until, length, run.invariants.checks());
    }
    run.result = run.tally.result(run.simulation, run.invariants.checks());
    return run;
  }

  /** A run and what watches it. */
  static final class Measured implements Journal {
    final Tally tally;
    private final Invariants invariants;
    private final Simulation simulation;

    @SuppressWarnings("NullAway.Init") // set at the end
    Result result;

    private Measured(Scenario scenario) {
      tally = new Tally(scenario);
      invariants = new Invariants(scenario.policy(), Duration.ZERO);
      simulation = new Simulation(scenario, this);
    }

    @Override
    public void app(SimApp app, AppEvent event, AppState after, long now) {
      invariants.app(app, event, after, now);
      tally.app(app, event, after, now);
    }

    @Override
    public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
      invariants.dyno(dyno, event, after, now);
      tally.dyno(dyno, event, after, now);
    }

    @Override
    public void order(SimDyno dyno, DynoOrder order) {
      invariants.order(dyno, order);
    }

    @Override
    public void waiting(int requests, long now) {
      tally.waiting(requests, now);
    }
  }
}
