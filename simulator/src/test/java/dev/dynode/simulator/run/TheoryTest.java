package dev.dynode.simulator.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rules of production under loads for which queueing theory has an answer. Seeds are 1 to
 * {@value #SEEDS}; the answer must lie in the 99 % confidence interval of their mean.
 */
@Tag("unit")
class TheoryTest {
  private static final int SEEDS = 20;
  private static final double CONFIDENCE = .99;

  /** M/M/c/c: an app's limit refuses whoever comes while all slots are taken. */
  @ParameterizedTest
  @CsvSource({"1, 0.5", "1, 2", "5, 2", "5, 5", "20, 10", "20, 19", "50, 45", "50, 60"})
  void refusalsAreErlangsB(int slots, double load) {
    List<Run.Measured> runs =
        runs(
            """
            limits { standard = %d }
            hosts { dynos = 1000, start-time = 0 }
            apps = [{ name = app, loads = [{ arrivals { per-hour = %s }, duration { exponential = 1 h } }] }]
            """,
            slots, load, 4_000 / load + 30, 30);
    isWithin(erlangB(slots, load), runs, run -> run.result.total().refused(), "refused");
  }

  /** M/M/c: whoever comes while all hosts are full waits. */
  @ParameterizedTest
  @CsvSource({"1, 0.5", "2, 1.2", "5, 3.5", "10, 7", "20, 16"})
  void waitsAreErlangsC(int room, double load) {
    List<Run.Measured> runs =
        runs(
            """
            limits { standard = 1000000 }
            hosts { dynos = %d, when-full = wait, start-time = 0 }
            apps = [{ name = app, loads = [{ arrivals { per-hour = %s }, duration { exponential = 1 h } }] }]
            """,
            room, load, 6_000 / load + 50, 50);
    double waiting = erlangC(room, load);
    isWithin(
        waiting / (room - load) * 3600,
        runs,
        run -> run.result.total().delay().mean(),
        "mean wait in seconds");
    isWithin(
        waiting * load / (room - load),
        runs,
        run -> run.result.hosts().waiting().mean(),
        "mean number that waits");
  }

  /**
   * M/G/∞: without limits, how many run at the same time is Poisson, whatever the durations are.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "10; { exponential = 1 h }",
        "10; 1 h",
        "10; { log-normal { log-mean = 7.688689, sigma = 1 } }",
        "30; { quantiles = [[0, 3600], [0.5, 3600], [1, 3600]] }",
        "5; { pareto { least = 2160 s, shape = 2.5 } }"
      })
  void concurrencyIsPoisson(double load, String duration) {
    List<Run.Measured> runs =
        runs(
            """
            limits { standard = 1000000 }
            hosts { dynos = 1000000, start-time = 0 }
            apps = [{ name = app, loads = [{ arrivals { per-hour = %2$s }, duration = %1$s }] }]
            """,
            duration, load, 4_000 / load + 60, 60);
    var poisson = PoissonDistribution.of(load);
    isWithin(load, runs, run -> run.result.total().dynos().mean(), "mean");
    for (double quantile : new double[] {.1, .5, .9}) {
      int level = poisson.inverseCumulativeProbability(quantile);
      isWithin(
          poisson.probability(level),
          runs,
          run -> run.tally.shareOfTime(level),
          "share of the time with " + level);
    }
  }

  private static List<Run.Measured> runs(
      String text, Object first, Object second, double hours, int warmUpHours) {
    String all =
        String.format(
                Locale.ROOT, "name = theory%nlength = %f h%nwarm-up = %d h%n", hours, warmUpHours)
            + String.format(Locale.ROOT, text, first, second);
    Scenario scenario = ScenarioFile.parse(all, Path.of("."), List.of());
    return LongStream.rangeClosed(1, SEEDS)
        .mapToObj(seed -> Run.measured(scenario.seeded(seed), (_, _, _) -> {}))
        .toList();
  }

  private static void isWithin(
      double theory, List<Run.Measured> runs, ToDoubleFunction<Run.Measured> figure, String what) {
    double[] seen = runs.stream().mapToDouble(figure).toArray();
    double mean = DoubleStream.of(seen).average().orElseThrow();
    double variance = DoubleStream.of(seen).map(x -> (x - mean) * (x - mean)).sum() / (SEEDS - 1);
    double half =
        TDistribution.of(SEEDS - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
            * Math.sqrt(variance / SEEDS);
    String told =
        String.format(
            Locale.ROOT, "%s: theory %.5f, %d seeds %.5f ± %.5f", what, theory, SEEDS, mean, half);
    System.out.println(told);
    assertTrue(Math.abs(mean - theory) <= half, told);
  }

  /** Share of customers refused by {@code servers} under so many erlangs. */
  static double erlangB(int servers, double load) {
    double blocked = 1;
    for (int i = 1; i <= servers; i++) {
      blocked = load * blocked / (i + load * blocked);
    }
    return blocked;
  }

  /** Share of customers that wait for one of {@code servers} under so many erlangs. */
  static double erlangC(int servers, double load) {
    double blocked = erlangB(servers, load);
    return servers * blocked / (servers - load * (1 - blocked));
  }
}
