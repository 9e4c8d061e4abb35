package dev.dynode.heroku;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.docs.Docs;
import dev.dynode.heroku.HerokuWalk.Ending;
import dev.dynode.heroku.HerokuWalk.Found;
import dev.dynode.node.NodeProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of the stock client, against a node: each does what it does at Heroku, or says what
 * is the matter. {@code docs/compatibility.md} tells which; {@code -Ddocs.update=true} writes it.
 */
@Timeout(3000)
@Tag("cli")
class CompatibilityTest {
  private static final List<String> CLASSES =
      List.of("works", "differs", "honest", "outside", "not run");
  private static final String NOT_RUN = "not run: ";
  private static final int WALKERS = 2;
  private static final int DYNOS = 12;

  @TempDir private Path folder;

  /** A call, and what is known of it beforehand. */
  private record Line(String call, String remark) {
    static Line of(String text) {
      String[] parts = text.split(" # ", 2);
      return new Line(parts[0], parts.length == 2 ? parts[1] : "");
    }

    boolean run() {
      return !remark.startsWith(NOT_RUN);
    }

    String command() {
      return call.split(" ", 2)[0];
    }
  }

  /** A row of the page; {@code wrong}: why it may not stay so. */
  private record Row(String type, String note, String wrong) {}

  @Test
  void everyCommandWorksOrSaysWhatIsTheMatter() throws Exception {
    List<Line> lines = lines();
    var _ = HerokuPackage.program("v11");
    Found found;
    try (NodeProcess node = NodeProcess.start(folder.resolve("data"))) {
      HerokuCli client = HerokuCli.of("v11", node, folder);
      deploy(client, node);
      found = walk(client, node, lines);
    }
    var wrong = new ArrayList<String>();
    Map<String, Row> rows = new TreeMap<>();
    for (Line line : lines) {
      if (!line.run()) {
        rows.put(line.call(), new Row("not run", line.remark().substring(NOT_RUN.length()), ""));
        continue;
      }
      Ending ending = requireNonNull(found.endings().get(line.call()), line.call());
      Row row = row(line, ending);
      rows.put(line.call(), row);
      if (!row.wrong().isEmpty()) {
        wrong.add(line.call() + ": " + row.wrong() + ": " + ending);
      }
    }
    assertEquals(List.of(), wrong);
    var missing = new TreeSet<>(found.commands());
    lines.forEach(line -> missing.remove(line.command()));
    assertTrue(found.commands().size() > 300, "all commands");
    assertEquals(new TreeSet<>(), missing, "commands without a line in commands.txt");
    check(page(lines, rows));
  }

  private static List<Line> lines() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CompatibilityTest.class.getResourceAsStream("commands.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(Line::of)
          .toList();
    }
  }

  private void deploy(HerokuCli client, NodeProcess node) throws Exception {
    Path slug = Files.createDirectories(folder.resolve("slug"));
    Files.writeString(slug.resolve("Procfile"), "web: sleep 1000\nworker: echo working on\n");
    node.post("/apps", "{\"name\": \"shop\"}");
    client
        .dynodeRun("deploy", slug.toString(), "-a", "shop", "--data", node.data().toString())
        .exits(0);
  }

  /** In some processes at a time, each with the commands of other topics. */
  private Found walk(HerokuCli client, NodeProcess node, List<Line> lines) throws Exception {
    Map<String, String> words = new HashMap<>();
    words.put("%AUTH%", node.get("/oauth/authorizations").path(0).path("id").asText());
    for (String file : List.of("CRT", "KEY", "PUB")) {
      Path path = Files.writeString(folder.resolve(file), "-----BEGIN NOTHING-----\n");
      words.put("%" + file + "%", path.toString());
    }
    for (int i = 1; i <= DYNOS; i++) {
      String command = "{\"command\": \"sleep 1000\"}";
      words.put("%RUN" + i + "%", node.post("/apps/shop/dynos", command).path("name").asText());
    }
    List<List<String>> shares = shares(lines);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var walks = new ArrayList<CompletableFuture<Found>>();
      for (int i = 0; i < shares.size(); i++) {
        List<String> share = shares.get(i);
        Path place = folder.resolve("walk" + i);
        walks.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return HerokuWalk.of(client, place, share, words);
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                },
                threads));
      }
      Found first = walks.getFirst().join();
      walks.forEach(walk -> first.endings().putAll(walk.join().endings()));
      return first;
    }
  }

  private static List<List<String>> shares(List<Line> lines) {
    List<List<String>> shares = new ArrayList<>();
    for (int i = 0; i < WALKERS; i++) {
      shares.add(new ArrayList<>());
    }
    Map<String, List<String>> topics = new TreeMap<>();
    for (Line line : lines) {
      if (line.run()) {
        topics
            .computeIfAbsent(line.command().split(":", 2)[0], _ -> new ArrayList<>())
            .add(line.call());
      }
    }
    for (List<String> topic : topics.values()) {
      shares.stream()
          .min(java.util.Comparator.comparingInt(List::size))
          .orElseThrow()
          .addAll(topic);
    }
    return shares;
  }

  private static Row row(Line line, Ending ending) {
    String error = error(ending.said());
    return new Row(type(line, ending), note(line, ending, error), wrong(line, ending, error));
  }

  private static String type(Line line, Ending ending) {
    if (!ending.hosts().isEmpty()) {
      return "outside";
    }
    if (line.remark().startsWith("differs: ")) {
      return "differs";
    }
    return ending.exit() == 0 || line.remark().equals("as on Heroku") ? "works" : "honest";
  }

  private static String note(Line line, Ending ending, String error) {
    if (!ending.hosts().isEmpty()) {
      return "asks " + String.join(", ", new TreeSet<>(ending.hosts()));
    }
    return line.remark().startsWith("differs: ")
        ? line.remark().substring("differs: ".length())
        : ending.exit() == 0 ? "" : error;
  }

  private static String wrong(Line line, Ending ending, String error) {
    boolean refused =
        ending.requests().stream()
            .anyMatch(
                request -> !request.startsWith("GET ") && request.matches(".* (?:[45]..|3..)"));
    // What the client itself expects: nobody is logged in by a session.
    boolean expected = line.call().equals("auth:logout");
    if (ending.said().contains("endpoint was not found")) {
      return "blames the caller";
    }
    if (ending
        .said()
        .matches(
            ".*(?:did not end|TypeError|ReferenceError|SyntaxError|Illegal request|unauthorized).*")) {
      return "breaks";
    }
    if (ending.requests().stream().anyMatch(request -> request.endsWith(" 500"))) {
      return "breaks the node";
    }
    if (ending.exit() == 0 && refused && !expected) {
      return "pretends to have worked";
    }
    if (ending.exit() == 0 && line.remark().equals("as on Heroku")) {
      return "should have failed";
    }
    return ending.exit() != 0 && error.isEmpty() ? "says nothing" : "";
  }

  /** The last error it told, without its id and what follows. */
  private static String error(String said) {
    int at = said.lastIndexOf("Error: ");
    return at < 0
        ? ""
        : said.substring(at + "Error: ".length())
            .replaceFirst(" (?:Error ID|Code): .*", "")
            .strip();
  }

  private static String page(List<Line> lines, Map<String, Row> rows) {
    var page = new StringBuilder(Docs.generated("CompatibilityTest"));
    page.append("# The stock heroku command against a node\n\n");
    page.append(
        """
        Every command of the unmodified `heroku` 11.10.0 with what `dynode env` prints, tried by a test.

        | class | calls | what it means |
        |---|---|---|
        """);
    Map<String, String> meanings =
        Map.of(
            "works", "as on Heroku, errors included",
            "differs", "works, with a difference",
            "honest", "ends with an error that says what is the matter",
            "outside",
                "asks a service of Heroku's beside the API at an address that cannot be changed",
            "not run", "does not concern the node, or is tried elsewhere");
    for (String type : CLASSES) {
      long count = rows.values().stream().filter(row -> row.type().equals(type)).count();
      page.append("| %s | %d | %s |\n".formatted(type, count, meanings.get(type)));
    }
    page.append(
        """

        Those of the class *outside* would send the token to the host they name, at the API's own port: let nobody
        call them where that host may be reached.

        | call | class | what it says |
        |---|---|---|
        """);
    for (Line line : lines) {
      Row row = Objects.requireNonNull(rows.get(line.call()));
      page.append(
          "| `%s` | %s | %s |\n"
              .formatted(
                  line.call().replace("|", "\\|"), row.type(), row.note().replace("|", "\\|")));
    }
    return page.toString();
  }

  private static void check(String text) throws IOException {
    Path file = Docs.root().resolve("docs").resolve("compatibility.md");
    if (Boolean.getBoolean("docs.update")) {
      Files.writeString(file, text);
    }
    assertEquals(text, Files.readString(file), "docs/compatibility.md is stale");
  }
}
