package dev.dynode.simulator.run;

import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.run.Result.Example;
import dev.dynode.simulator.run.Result.Figures;
import dev.dynode.simulator.run.Result.Level;
import dev.dynode.simulator.run.Result.Part;
import dev.dynode.simulator.run.Result.Spread;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts and measures while a run goes on, in memory that does not grow with it. */
final class RunStatistics implements SimObserver {
  static final int PARTS = 240;
  private static final double NANOS = 1e9;
  private static final double HOUR = 3_600;
  private static final int EXAMPLES = 20;
  private static final int DIGITS = 3;
  private static final double[] SHARES = {
    0, .01, .02, .05, .1, .15, .2, .25, .3, .35, .4, .45, .5, .55, .6, .65, .7, .75, .8, .85, .9,
    .925, .95, .97, .98, .99, .995, .999, 1
  };

  /** What is counted of the apps of one plan. */
  private final class Count {
    private long requests;
    private long overLimit;
    private long noRoom;
    private final Map<Ending, Long> ended = new EnumMap<>(Ending.class);
    private final Histogram wait = new Histogram(DIGITS);
    private final Histogram life = new Histogram(DIGITS);
    private final TimeWeighted dynos = new TimeWeighted(warmUp, length, PARTS);
    private final Map<String, Double> seconds = new TreeMap<>();

    Figures figures() {
      var byEnding = new LinkedHashMap<String, Long>();
      ended.forEach((ending, times) -> byEnding.put(ending.name().toLowerCase(Locale.ROOT), times));
      var hours = new TreeMap<String, Double>();
      seconds.forEach((size, time) -> hours.put(size, time / HOUR));
      return new Figures(
          requests,
          overLimit,
          noRoom,
          byEnding,
          spread(wait),
          spread(life),
          level(dynos),
          hours,
          dollars(hours));
    }
  }

  private final Scenario scenario;
  private final long warmUp;
  private final long length;
  private final long began = System.nanoTime();
  private final EventHash hash = new EventHash();
  private final Count total;
  private final Map<String, Count> plans = new LinkedHashMap<>();
  private final TimeWeighted placed;
  private final TimeWeighted waiting;
  private final long[] requests = new long[PARTS];
  private final long[] refused = new long[PARTS];
  private final double[] dollars = new double[PARTS];
  private final Map<Ending, Integer> examplesOf = new EnumMap<>(Ending.class);
  private final List<Example> examples = new ArrayList<>();
  private long events;

  RunStatistics(Scenario scenario) {
    this.scenario = scenario;
    warmUp = scenario.warmUp().toNanos();
    length = scenario.length().toNanos();
    total = new Count();
    placed = new TimeWeighted(warmUp, length, PARTS);
    waiting = new TimeWeighted(warmUp, length, PARTS);
    scenario.apps().forEach(plan -> plans.put(plan.name(), new Count()));
  }

  private Count of(SimApp app) {
    Count count = plans.get(app.plan);
    return count == null ? plans.computeIfAbsent(app.plan, _ -> new Count()) : count;
  }

  @Override
  public void app(SimApp app, AppEvent event, AppState after, long now) {
    events++;
    hash.add(app.index, event);
    switch (event) {
      case AppEvent.DynoRequested _ -> {
        requested(app, now);
        of(app).dynos.add(1, now);
        total.dynos.add(1, now);
      }
      case AppEvent.DynoRefused(_, _, _, _, _, Reason reason, _, _, _, _) -> {
        requested(app, now);
        refused[part(now)]++;
        if (now >= warmUp) {
          refused(of(app), reason);
          refused(total, reason);
        }
      }
      case AppEvent.DynoRetired(_, _, _, Ending ending, _) -> {
        Count count = of(app);
        count.dynos.add(-1, now);
        total.dynos.add(-1, now);
        if (now >= warmUp) {
          count.ended.merge(ending, 1L, Long::sum);
          total.ended.merge(ending, 1L, Long::sum);
        }
      }
      case AppEvent.AppCreated _,
          AppEvent.AppUpdated _,
          AppEvent.ConfigVarsChanged _,
          AppEvent.SlugCreated _,
          AppEvent.SlugStored _,
          AppEvent.SlugRemoved _,
          AppEvent.ReleaseCreated _,
          AppEvent.AppDeleted _ -> {}
    }
  }

  private void requested(SimApp app, long now) {
    requests[part(now)]++;
    if (now >= warmUp) {
      of(app).requests++;
      total.requests++;
    }
  }

  private static void refused(Count count, Reason reason) {
    if (reason == Reason.NO_ROOM) {
      count.noRoom++;
    } else {
      count.overLimit++;
    }
  }

  private int part(long now) {
    return (int) Math.min(PARTS - 1, (long) ((double) now / length * PARTS));
  }

  @Override
  public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
    events++;
    hash.add(dyno.id, event);
    if (event instanceof DynoEvent.Placed) {
      placed.add(1, now);
    } else if (event instanceof DynoEvent.BecameUp) {
      dyno.up = now;
      if (dyno.request.at() >= warmUp) {
        long micros = (now - dyno.request.at()) / 1_000;
        of(dyno.app).wait.recordValue(micros);
        total.wait.recordValue(micros);
      }
    } else if (event instanceof DynoEvent.Retired && after instanceof DynoState.Retired ended) {
      placed.add(-1, now);
      if (ended.startedAt().isPresent() && dyno.request.at() >= warmUp) {
        long micros = Duration.between(ended.startedAt().get(), ended.endedAt()).toNanos() / 1_000;
        of(dyno.app).life.recordValue(micros);
        total.life.recordValue(micros);
      }
      bill(dyno.app, ended.spec().size(), ended.createdAt(), now);
      keep(dyno, ended);
    }
  }

  private void keep(SimDyno dyno, DynoState.Retired ended) {
    if (examplesOf.merge(ended.ending(), 1, Integer::sum) <= EXAMPLES) {
      long requested = dyno.request.at();
      double life =
          ended
              .startedAt()
              .map(at -> Duration.between(at, ended.endedAt()).toNanos() / NANOS)
              .orElse(Double.NaN);
      examples.add(
          new Example(
              dyno.app.name,
              ended.spec().name().toString(),
              dyno.id.toString(),
              requested / NANOS,
              dyno.up < 0 ? Double.NaN : (dyno.up - requested) / NANOS,
              life,
              ended.ending().name().toLowerCase(Locale.ROOT)));
    }
  }

  @Override
  public void waiting(int requests, long now) {
    waiting.add(requests - waiting.level(), now);
  }

  private void bill(SimApp app, String size, Instant from, long now) {
    double seconds = (Math.min(now, length) - Math.max(nanos(from), warmUp)) / NANOS;
    if (seconds > 0) {
      of(app).seconds.merge(size, seconds, Double::sum);
      total.seconds.merge(size, seconds, Double::sum);
    }
    double price = scenario.prices().getOrDefault(size, 0.0) / HOUR / NANOS;
    double width = (double) length / PARTS;
    double start = nanos(from);
    double end = Math.min(now, length);
    for (int part = part((long) start); part <= part((long) end); part++) {
      double overlap = Math.min(end, (part + 1) * width) - Math.max(start, part * width);
      if (overlap > 0) {
        dollars[part] += overlap * price;
      }
    }
  }

  private long nanos(Instant at) {
    return Duration.between(scenario.start(), at).toNanos();
  }

  /** What the run showed, once it is over; dynos that still live have lived until its end. */
  Result result(Simulation simulation, long checks) {
    for (SimDyno dyno : simulation.dynos()) {
      if (dyno.state instanceof DynoState.Live live) {
        bill(dyno.app, live.spec().size(), live.createdAt(), length);
      }
    }
    plans.values().forEach(count -> count.dynos.advance(length));
    total.dynos.advance(length);
    placed.advance(length);
    waiting.advance(length);
    var apps = new LinkedHashMap<String, Figures>();
    plans.forEach((name, count) -> apps.put(name, count.figures()));
    int room = scenario.hosts().number() * scenario.hosts().dynos();
    List<Part> series = new ArrayList<>();
    for (int i = 0; i < PARTS; i++) {
      series.add(
          new Part(
              length / NANOS * i / PARTS,
              total.dynos.mean(i),
              total.dynos.peak(i),
              requests[i],
              refused[i],
              waiting.mean(i),
              placed.mean(i) / room,
              dollars[i]));
    }
    return new Result(
        scenario.name(),
        scenario.seed(),
        hash.toString(),
        length / NANOS,
        warmUp / NANOS,
        (System.nanoTime() - began) / NANOS,
        events,
        simulation.queue().taken(),
        checks,
        total.figures(),
        apps,
        new Result.Hosts(
            scenario.hosts().number(), room, placed.mean() / room, level(placed), level(waiting)),
        series,
        examples);
  }

  /** How long so many dynos took a slot: share of the time after the warm-up. */
  double shareOfTime(int dynos) {
    return total.dynos.share(dynos);
  }

  private double dollars(Map<String, Double> hours) {
    double sum = 0;
    for (Map.Entry<String, Double> size : hours.entrySet()) {
      sum += size.getValue() * scenario.prices().getOrDefault(size.getKey(), 0.0);
    }
    return sum;
  }

  private static Level level(TimeWeighted levels) {
    return new Level(
        levels.mean(),
        levels.quantile(.5),
        levels.quantile(.9),
        levels.quantile(.99),
        levels.peak());
  }

  private static Spread spread(Histogram micros) {
    List<Result.Share> cdf = new ArrayList<>();
    if (micros.getTotalCount() > 0) {
      for (double share : SHARES) {
        cdf.add(new Result.Share(share, micros.getValueAtPercentile(share * 100) / 1e6));
      }
    }
    return new Spread(
        micros.getTotalCount(),
        micros.getMean() / 1e6,
        at(micros, 50),
        at(micros, 75),
        at(micros, 90),
        at(micros, 99),
        micros.getMaxValue() / 1e6,
        cdf);
  }

  private static double at(Histogram micros, double percent) {
    return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percent) / 1e6;
  }
}
