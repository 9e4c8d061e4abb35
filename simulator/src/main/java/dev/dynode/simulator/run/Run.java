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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

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
   * The stories of the dynos of a name, or of the one of an id.
   *
   * @param byApp events of the last one of the name in each app that had one
   * @param hash of all events of the run
   */
  public record Stories(Map<String, List<DynoEvent>> byApp, String hash) {}

  /**
   * Runs a scenario again for the story of a dyno.
   *
   * @param wanted its name or id
   */
  public static Stories stories(Scenario scenario, String wanted) {
    var hash = new EventHash();
    Map<String, List<DynoEvent>> stories = new TreeMap<>();
    Map<SimDyno, List<DynoEvent>> followed = new HashMap<>();
    var recorder =
        new SimObserver() {
          @Override
          public void app(SimApp app, AppEvent event, AppState after, long now) {
            hash.add(app.index, event);
          }

          @Override
          public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
            hash.add(dyno.id, event);
            if (event instanceof DynoEvent.Created created
                && (created.spec().name().toString().equals(wanted)
                    || dyno.id.toString().equals(wanted))) {
              List<DynoEvent> story = new ArrayList<>();
              stories.put(dyno.app.name, story);
              followed.put(dyno, story);
            }
            List<DynoEvent> story = followed.get(dyno);
            if (story != null) {
              story.add(event);
            }
          }
        };
    new Simulation(scenario, recorder).run(scenario.length().toNanos());
    return new Stories(stories, hash.toString());
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
  static final class Measured implements SimObserver {
    final RunStatistics tally;
    private final Invariants invariants;
    private final Simulation simulation;

    @SuppressWarnings("NullAway.Init") // set at the end
    Result result;

    private Measured(Scenario scenario) {
      tally = new RunStatistics(scenario);
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
