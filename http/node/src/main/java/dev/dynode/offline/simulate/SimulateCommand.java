package dev.dynode.offline.simulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.story.StoryText;
import dev.dynode.cli.terminal.ProgressBar;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.api.history.StoryJson;
import dev.dynode.replay.Offline;
import dev.dynode.simulator.faults.FaultRuns;
import dev.dynode.simulator.load.TraceInvalid;
import dev.dynode.simulator.run.Result;
import dev.dynode.simulator.run.Run;
import dev.dynode.simulator.scenario.RecordedJournal;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import dev.dynode.simulator.scenario.ScenarioInvalid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode simulate}: the rules of production under a load, in virtual time. */
@Command(
    name = "simulate",
    description = {
      "Run a scenario in virtual time, under the very rules of production: how many dynos, hosts and"
          + " refusals, how long people wait, what it costs.",
      "",
      "Scenarios are described in docs/simulation.md. Without one, --from-journal repeats what a"
          + " node has recorded, and --what-if changes it.",
      ""
    },
    subcommands = {
      SimulateCommand.Compare.class,
      SimulateCommand.Sweep.class,
      SimulateCommand.Validate.class,
      SimulateCommand.Explain.class
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final long FAULT_SEEDS = 10_000;

  @Mixin private final SimulationOptions options = new SimulationOptions();

  @Parameters(paramLabel = "FILE", arity = "0..1", description = "A scenario.")
  private @Nullable Path file;

  @Option(
      names = "--from-journal",
      description = "Instead of a scenario: what the node of --data has recorded, or --file.")
  private boolean fromJournal;

  @Option(
      names = "--file",
      paramLabel = "EXPORT",
      description = "With --from-journal: a file that dynode export wrote.")
  private @Nullable Path export;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "With --from-journal: a data folder, or a copy of its journal.")
  private @Nullable Path data;

  @Option(
      names = "--what-if",
      paramLabel = "KEY=VALUE",
      description =
          "Change a key of the scenario, as in limits.standard=30 or hosts.number=4; may be"
              + " repeated. Told beside what it is without.")
  private final List<String> whatIf = new ArrayList<>();

  @Option(
      names = "--faults",
      description = {
        "Instead of a scenario: try the rules under crashes, partitions, failed writes, lost and"
            + " doubled messages and clocks that jump, and check the invariants after every event."
      })
  private boolean faults;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "With --faults: how many seeds; 10000, or 1 where --seed is given.")
  private @Nullable Long seeds;

  /** Read once, though it may be run twice. */
  private @Nullable RecordedJournal recorded;

  @Override
  public Integer call() throws IOException {
    if (faults) {
      return tryFaults();
    }
    Scenario scenario = told(() -> scenario(List.of()));
    told(() -> SimulationText.traces(scenario)).forEach(System.err::println);
    Result result = options.run(scenario);
    if (whatIf.isEmpty()) {
      options.report(scenario, result, source(List.of()));
      return 0;
    }
    Scenario changed = told(() -> scenario(whatIf));
    Result then = options.run(changed);
    options.report(changed, then, source(whatIf));
    if (!options.json) {
      SimulationText.comparison("as it is", result, String.join(", ", whatIf), then)
          .forEach(System.out::println);
    }
    return 0;
  }

  private Scenario scenario(List<String> changes) {
    if (fromJournal) {
      if (recorded == null) {
        recorded = RecordedScenario.of(export, folder());
      }
      return options.changed(recorded.scenario(options.with(changes)));
    }
    if (file == null) {
      throw new CommandFailed("Name a scenario, or give --from-journal or --faults.");
    }
    return options.read(file, changes);
  }

  /** Where the scenario came from, for those who look at the report. */
  private SimulationReport.Source source(List<String> changes) {
    return fromJournal
        ? new SimulationReport.Source(null, export, folder(), options.with(changes))
        : new SimulationReport.Source(file, null, null, options.with(changes));
  }

  private Path folder() {
    return data != null ? data : new NodeOptions().data();
  }

  private int tryFaults() {
    long first = options.seed == null ? 1 : options.seed;
    long count = seeds != null ? seeds : options.seed != null ? 1 : FAULT_SEEDS;
    ProgressBar bar = options.bar();
    long began = System.nanoTime();
    var failure =
        FaultRuns.of(
            first,
            count,
            seed ->
                bar.at(
                    seed - first + 1,
                    count,
                    () -> String.format(Locale.ROOT, "%,d of %,d seeds", seed - first + 1, count)));
    bar.clear();
    double seconds = (System.nanoTime() - began) / 1e9;
    if (options.json) {
      ObjectNode told = Json.object().put("first", first).put("seeds", count);
      told.put("wall_seconds", seconds);
      failure.ifPresentOrElse(
          broken -> {
            ObjectNode of = told.putObject("failure");
            of.put("seed", broken.seed()).put("rule", broken.rule()).put("again", broken.command());
            broken.history().forEach(of.putArray("history")::add);
          },
          () -> told.putNull("failure"));
      System.out.println(Json.pretty(told));
      return failure.isPresent() ? 1 : 0;
    }
    if (failure.isPresent()) {
      System.out.println(failure.get());
      return 1;
    }
    System.out.printf(
        Locale.ROOT,
        "%,d seeds from %d on: every invariant held after every event. %.1f s.%n",
        count,
        first,
        seconds);
    return 0;
  }

  /** Tells what is wrong with a scenario or a trace as the user's mistake. */
  static <T> T told(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ScenarioInvalid | TraceInvalid e) {
      throw new CommandFailed(Reason.of(e));
    }
  }

  /** {@code dynode simulate compare}. */
  @Command(
      name = "compare",
      mixinStandardHelpOptions = true,
      description = {"Tell two runs, or two scenarios, beside each other.", ""})
  static final class Compare implements Callable<Integer> {
    @Mixin private final SimulationOptions options = new SimulationOptions();

    @Parameters(
        paramLabel = "A",
        index = "0",
        description = "A scenario, or the folder of a report.")
    private Path first = Path.of("");

    @Parameters(paramLabel = "B", index = "1", description = "Another one.")
    private Path second = Path.of("");

    @Override
    public Integer call() throws IOException {
      Result a = result(first);
      Result b = result(second);
      if (options.json) {
        System.out.println(Json.pretty(Json.array(List.of(StoryJson.tree(a), StoryJson.tree(b)))));
      } else {
        SimulationText.comparison(first.toString(), a, second.toString(), b)
            .forEach(System.out::println);
      }
      return 0;
    }

    private Result result(Path of) throws IOException {
      return Files.isDirectory(of)
          ? SimulationReport.read(of)
          : options.run(told(() -> options.read(of, List.of())));
    }
  }

  /** {@code dynode simulate sweep}. */
  @Command(
      name = "sweep",
      mixinStandardHelpOptions = true,
      description = {"Run a scenario for each of several values of a key, at the same time.", ""})
  static final class Sweep implements Callable<Integer> {
    @Mixin private final SimulationOptions options = new SimulationOptions();

    @Parameters(paramLabel = "FILE", description = "A scenario.")
    private Path file = Path.of("");

    @Option(
        names = "--vary",
        required = true,
        paramLabel = "KEY=VALUES",
        description =
            "Such as limits.standard=10..100 (ten values), hosts.number=1..9/2 (every second) or"
                + " hosts.placement=spread,pack.")
    private String vary = "";

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Runs at the same time; the number of processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
      Variation variation = Variation.parse(vary);
      variation.chosen().ifPresent(System.err::println);
      List<Scenario> scenarios = new ArrayList<>();
      for (String value : variation.values()) {
        scenarios.add(told(() -> options.read(file, List.of(variation.key() + "=" + value))));
      }
      ProgressBar bar = options.bar();
      List<Result> results =
          Run.all(
              scenarios,
              Math.max(1, threads),
              done -> {
                synchronized (bar) {
                  bar.at(done, scenarios.size(), () -> done + " of " + scenarios.size() + " runs");
                }
              });
      bar.clear();
      if (options.json) {
        List<JsonNode> runs = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
          runs.add(
              Json.object()
                  .put("value", variation.values().get(i))
                  .set("result", StoryJson.tree(results.get(i))));
        }
        System.out.println(Json.pretty(Json.array(runs)));
      } else {
        SimulationText.sweep(variation, results).forEach(System.out::println);
      }
      return 0;
    }
  }

  /** {@code dynode simulate validate}. */
  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = {
        "Say whether a scenario and its traces can be simulated, and what they are.",
        ""
      })
  static final class Validate implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A scenario.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
      Scenario scenario = told(() -> ScenarioFile.read(file, List.of()));
      List<String> traces = told(() -> SimulationText.traces(scenario));
      SimulationText.scenario(scenario).forEach(System.out::println);
      traces.forEach(System.out::println);
      return 0;
    }
  }

  /** {@code dynode simulate explain}. */
  @Command(
      name = "explain",
      mixinStandardHelpOptions = true,
      description = {
        "Tell the story of one simulated dyno as replay tells it, and say why it ended.",
        ""
      })
  static final class Explain implements Callable<Integer> {
    private static final int MOST_NAMED = 5;

    @Parameters(paramLabel = "RUN", index = "0", description = "The folder of a report.")
    private Path run = Path.of("");

    @Parameters(
        paramLabel = "DYNO",
        index = "1",
        description = "Name or id; of several of a name in an app the last.")
    private String dyno = "";

    @Option(
        names = {"-a", "--app"},
        paramLabel = "APP",
        description = "Its app, where several have a dyno of this name.")
    private @Nullable String app;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      Run.Stories stories = told(() -> Run.stories(SimulationReport.scenario(run), dyno));
      SimulationReport.requireSame(run, stories.hash());
      DynoStory story = DynoStory.of(meant(stories.byApp()));
      var telling = new StoryJson(new Shown(new Offline().mapper()));
      List<JsonNode> steps =
          story.steps().stream()
              .map(step -> StoryJson.tree(telling.event(story, step, false)))
              .toList();
      if (json) {
        System.out.println(Json.pretty(Json.array(steps)));
      } else {
        steps.forEach(step -> StoryText.of(step).forEach(System.out::println));
        System.out.println();
        story.explanation().forEach(System.out::println);
      }
      return 0;
    }

    private List<DynoEvent> meant(Map<String, List<DynoEvent>> byApp) {
      List<DynoEvent> events =
          app != null
              ? byApp.getOrDefault(app, List.of())
              : byApp.values().stream().findFirst().orElse(List.of());
      if (events.isEmpty()) {
        throw new CommandFailed(
            "There is no dyno %s%s in this run; dynos.csv has some of every ending."
                .formatted(dyno, app == null ? "" : " of " + app));
      }
      if (app == null && byApp.size() > 1) {
        throw new CommandFailed(
            "%d apps have a dyno %s: name one with --app, such as %s; or give its id."
                .formatted(
                    byApp.size(),
                    dyno,
                    byApp.keySet().stream().limit(MOST_NAMED).collect(Collectors.joining(", "))));
      }
      return events;
    }
  }
}
