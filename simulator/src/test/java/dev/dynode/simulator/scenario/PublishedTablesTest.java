package dev.dynode.simulator.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.simulator.load.Load;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.load.Requests;
import dev.dynode.simulator.time.Dice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.distribution.LogNormalDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What loads draw has the quantiles that were published, within {@value #WITHIN}. */
@Tag("unit")
class PublishedTablesTest {
  private static final double WITHIN = .05;
  private static final int DRAWS = 400_000;
  private static final double MEBIBYTE = 1024.0 * 1024;

  /** Seconds, from the traces themselves (see profiles.conf). */
  @ParameterizedTest
  @CsvSource({"surf, 191, 2426, 7373.4, 151166", "openb, 616, 2246, 7764, 114715"})
  void runTimesOfTraces(String name, double p50, double p75, double p90, double p99) {
    quantiles("duration = " + name, run -> run.behaviour().runs() / 1e9, p50, p75, p90, p99);
  }

  @Test
  void durationsOfAzureFunctions() {
    var fit = LogNormalDistribution.of(-0.38, 2.36);
    quantiles(
        "duration = azure-duration",
        run -> run.behaviour().runs() / 1e9,
        Arrays.stream(new double[] {.5, .75, .9, .99})
            .map(fit::inverseCumulativeProbability)
            .toArray());
  }

  @Test
  void memoryOfAzureFunctions() {
    quantiles(
        "duration = 1, memory = azure-memory",
        run -> run.behaviour().memory() / MEBIBYTE,
        Arrays.stream(new double[] {.5, .75, .9, .99})
            .map(p -> 107.083 * Math.pow(Math.pow(1 - p, -1 / .221) - 1, 1 / 11.652))
            .toArray());
  }

  @ParameterizedTest
  @CsvSource({"console", "migration", "batch", "cron", "ci"})
  void everyProfileSaysWhereItsFiguresComeFrom(String profile) {
    assertTrue(Profiles.source(profile).length() > 20, profile);
    assertTrue(Profiles.names().contains(profile));
  }

  private static void quantiles(
      String load, ToDoubleFunction<Request> figure, double... published) {
    Scenario scenario =
        ScenarioFile.parse(
            "name = x, apps = [{ name = a, loads = [{ arrivals { per-hour = 1 }, "
                + load
                + " }] }]",
            Path.of("."),
            List.of());
    Load source = (Load) scenario.apps().getFirst().sources().getFirst();
    Requests requests =
        source.from(Instant.EPOCH, ZoneOffset.UTC, new Dice(1), Duration.ofHours(1));
    var drawn = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      drawn[i] = figure.applyAsDouble(Objects.requireNonNull(requests.next()));
    }
    Arrays.sort(drawn);
    double[] shares = {.5, .75, .9, .99};
    for (int i = 0; i < shares.length; i++) {
      assertEquals(
          published[i],
          drawn[(int) (shares[i] * DRAWS)],
          published[i] * WITHIN,
          load + " at " + shares[i]);
    }
  }
}
