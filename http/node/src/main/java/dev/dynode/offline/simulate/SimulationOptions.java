package dev.dynode.offline.simulate;

import dev.dynode.cli.client.Json;
import dev.dynode.cli.terminal.ProgressBar;
import dev.dynode.edge.api.history.StoryJson;
import dev.dynode.simulator.run.Result;
import dev.dynode.simulator.run.Run;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all simulations understand. */
final class SimulationOptions {
  private static final double HOUR = 3_600e9;

  @Option(names = "--seed", paramLabel = "N", description = "Another seed than the scenario's.")
  @Nullable Long seed;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description =
          "End after so much simulated time, as in 12h, instead of the scenario's length.")
  private @Nullable String until;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the report; simulations/NAME-SEED if not given.")
  private @Nullable Path out;

  @Option(names = "--no-progress", description = "No progress bar.")
  private boolean quiet;

  @Option(names = "--json", description = "Print the figures as JSON.")
  boolean json;

  ProgressBar bar() {
    return quiet ? new ProgressBar(System.err, false) : ProgressBar.onStderr();
  }

  Scenario read(Path file, List<String> changes) {
    return changed(ScenarioFile.read(file, with(changes)));
  }

  /** These changes and those the options ask for. */
  List<String> with(List<String> changes) {
    List<String> all = new ArrayList<>(changes);
    if (until != null) {
      all.add("length=" + until);
    }
    return all;
  }

  Scenario changed(Scenario scenario) {
    return seed == null ? scenario : scenario.seeded(seed);
  }

  Result run(Scenario scenario) {
    ProgressBar bar = bar();
    long began = System.nanoTime();
    Result result =
        SimulateCommand.told(
            () ->
                Run.of(
                    scenario,
                    (now, all, events) -> bar.at(now, all, () -> pace(now, all, events, began))));
    bar.clear();
    return result;
  }

  private static String pace(long now, long all, long events, long began) {
    double seconds = (System.nanoTime() - began) / 1e9;
    return String.format(
        Locale.ROOT,
        "%,.1f of %,.1f h, %,.0f times as fast as life, %,.0f events/s",
        now / HOUR,
        all / HOUR,
        now / 1e9 / seconds,
        events / seconds);
  }

  void report(Scenario scenario, Result result, SimulationReport.Source source) throws IOException {
    Path folder =
        out != null
            ? out
            : Path.of(
                "simulations",
                scenario.name().replaceAll("[^A-Za-z0-9]+", "-") + "-" + scenario.seed());
    SimulationReport.write(folder, scenario, result, source);
    if (json) {
      System.out.println(Json.pretty(StoryJson.tree(result)));
    } else {
      SimulationText.result(result).forEach(System.out::println);
      System.out.println();
      System.out.println("Report: " + folder.resolve("report.html"));
    }
  }
}
