package dev.dynode.offline.simulate;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.dynode.cli.Dynode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.story.StoryPage;
import dev.dynode.edge.api.history.StoryJson;
import dev.dynode.simulator.run.Result;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run in a folder: a page, its figures as JSON and CSV, and what it takes to repeat it. */
final class SimulationReport {
  private static final String LIBRARY = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** The scenario as it was when it was run; files it names are relative to where it was. */
  private static final String COPY = "scenario.conf";

  private static final int DIGITS = 6;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private SimulationReport() {}

  /**
   * Where a scenario came from: a file of its own, an export, or else a folder with a journal.
   *
   * @param changes made to it
   */
  record Source(
      @Nullable Path file, @Nullable Path export, @Nullable Path journal, List<String> changes) {}

  static void write(Path folder, Scenario scenario, Result result, Source source)
      throws IOException {
    Files.createDirectories(folder);
    ObjectNode tree = (ObjectNode) StoryJson.tree(result);
    ObjectNode from = tree.putObject("source");
    from.put("version", Dynode.VERSION + revision().map(" "::concat).orElse(""));
    from.put("file", absolute(source.file()));
    from.put("export", absolute(source.export()));
    from.put("journal", absolute(source.journal()));
    source.changes().forEach(from.putArray("changes")::add);
    Files.writeString(folder.resolve("result.json"), Json.pretty(tree) + "\n");
    Files.writeString(folder.resolve("report.html"), page(tree));
    series(folder.resolve("series.csv"), result.series());
    delays(folder.resolve("times.csv"), result);
    examples(folder.resolve("dynos.csv"), result.examples());
    if (source.file() != null) {
      Files.copy(source.file(), folder.resolve(COPY), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static @Nullable String absolute(@Nullable Path path) {
    return path == null ? null : path.toAbsolutePath().toString();
  }

  private static @Nullable Path path(JsonNode from, String key) {
    return from.path(key).isTextual() ? Path.of(from.path(key).asText()) : null;
  }

  /** Of the checkout this program was built in, where it was. */
  private static Optional<String> revision() {
    try {
      Process git =
          new ProcessBuilder("git", "rev-parse", "--short", "HEAD")
              .directory(
                  Path.of(System.getProperty("dynode.launcher", ".")).toFile().getParentFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 && !said.isEmpty() ? Optional.of(said) : Optional.empty();
    } catch (IOException noGit) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static String page(ObjectNode tree) throws IOException {
    return resource("simulation.html")
        .replace("/*uplot.css*/", resource(LIBRARY + "uPlot.min.css"))
        .replace("/*uplot.js*/", resource(LIBRARY + "uPlot.iife.min.js"))
        .replace("{\"run\":0}", StoryPage.escaped(tree));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SimulationReport.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static CsvWriter csv(Path file) throws IOException {
    return CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(file);
  }

  /** To the millionth; nothing where there is none. */
  private static String number(double value) {
    return Double.isNaN(value)
        ? ""
        : BigDecimal.valueOf(value)
            .setScale(DIGITS, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString();
  }

  private static void series(Path file, List<Result.Part> series) throws IOException {
    try (CsvWriter csv = csv(file)) {
      csv.writeRecord(
          "seconds", "dynos", "peak", "requests", "refused", "waiting", "host_use", "dollars");
      for (Result.Part part : series) {
        csv.writeRecord(
            number(part.seconds()),
            number(part.dynos()),
            String.valueOf(part.peak()),
            String.valueOf(part.requests()),
            String.valueOf(part.refused()),
            number(part.waiting()),
            number(part.hostUse()),
            number(part.dollars()));
      }
    }
  }

  private static void delays(Path file, Result result) throws IOException {
    try (CsvWriter csv = csv(file)) {
      csv.writeRecord("app", "time", "share", "seconds");
      for (Map.Entry<String, Result.Figures> app : result.apps().entrySet()) {
        cdf(csv, app.getKey(), "wait", app.getValue().delay());
        cdf(csv, app.getKey(), "life", app.getValue().life());
      }
    }
  }

  private static void cdf(CsvWriter csv, String app, String time, Result.Spread of) {
    for (Result.Share point : of.cdf()) {
      csv.writeRecord(app, time, number(point.share()), number(point.seconds()));
    }
  }

  private static void examples(Path file, List<Result.Example> examples) throws IOException {
    try (CsvWriter csv = csv(file)) {
      csv.writeRecord("app", "dyno", "id", "requested_second", "wait", "life", "ended");
      for (Result.Example dyno : examples) {
        csv.writeRecord(
            dyno.app(),
            dyno.dyno(),
            dyno.id(),
            number(dyno.seconds()),
            number(dyno.delay()),
            number(dyno.life()),
            dyno.ended());
      }
    }
  }

  /** The figures of a report. */
  static Result read(Path folder) throws IOException {
    return MAPPER.readValue(existing(folder, "result.json").toFile(), Result.class);
  }

  /** The scenario of a report, as it was run. */
  static Scenario scenario(Path folder) {
    try {
      var tree = MAPPER.readTree(existing(folder, "result.json").toFile());
      var from = tree.path("source");
      List<String> changes =
          from.path("changes").valueStream().map(change -> change.asText()).toList();
      long seed = tree.path("seed").asLong();
      Path file = path(from, "file");
      if (file == null) {
        return RecordedScenario.of(path(from, "export"), path(from, "journal"))
            .scenario(changes)
            .seeded(seed);
      }
      return ScenarioFile.read(existing(folder, COPY), file.resolveSibling(""), changes)
          .seeded(seed);
    } catch (IOException e) {
      throw new CommandFailed(folder + " cannot be read: " + Reason.of(e));
    }
  }

  /** What it was made of may have changed since. */
  static void requireSame(Path folder, String hash) throws IOException {
    String reported = read(folder).hash();
    if (!hash.equals(reported)) {
      throw new CommandFailed(
          "%s cannot be explained: what it was made of (a trace, a file it includes, the journal, or this version of Dynode) has changed since; its hash is %s, and would be %s now. Simulate again."
              .formatted(folder, reported, hash));
    }
  }

  private static Path existing(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new CommandFailed(folder + " is no report of a simulation: it has no " + name + ".");
    }
    return file;
  }
}
