package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a program prints or a user calls things, no line of a log is another source's. */
@Timeout(600)
@Tag("process")
class ForgedLinesTest {
  private static final String FORGED =
      "2026-11-27T00:00:00.000000+00:00 heroku[router]: at=error code=H12";

  /** Where any reader of the log may begin a line. */
  private static final String BREAK = "\\R|[\\x0b\\x0c\\x1c-\\x1e\\x85\\u2028\\u2029]";

  @TempDir private static Path folder;
  private static NodeProcess node;

  @BeforeAll
  static void start() throws Exception {
    node = NodeProcess.start(folder.resolve("data"));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String json(String text) {
    return JsonNodeFactory.instance.textNode(text).toString();
  }

  private static String run(String app, String command) throws Exception {
    String name =
        node.post("/apps/" + app + "/dynos", "{\"command\": " + json(command) + "}")
            .path("name")
            .asText();
    eventually(
        "it ends",
        () ->
            node.get("/apps/" + app + "/dynos/" + name).path("state").asText().equals("complete"));
    return name;
  }

  private static String log(String app, String accept) throws Exception {
    URI stream =
        URI.create(
            node.post("/apps/" + app + "/log-sessions", "{\"lines\": 1500}")
                .path("logplex_url")
                .asText());
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(stream).header("Accept", accept).build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
          .body();
    }
  }

  /** The lines as a terminal, a script or the heroku command sees them. */
  private static List<String> lines(String app) throws Exception {
    List<String> plain =
        Stream.of(log(app, "text/plain").split(BREAK, -1)).filter(line -> !line.isEmpty()).toList();
    List<String> events =
        Stream.of(log(app, "text/event-stream").split(BREAK, -1))
            .filter(line -> !line.isEmpty() && !line.matches("(id|retry): .*"))
            .map(line -> line.replaceFirst("^data: ", ""))
            .toList();
    assertEquals(plain, events);
    return plain;
  }

  private static void onlyOf(List<String> lines, String... sources) {
    for (String line : lines) {
      assertTrue(
          Stream.of(sources)
              .anyMatch(
                  source ->
                      line.matches("[-0-9]+T[0-9:.]+\\+00:00 .*")
                          && line.substring(line.indexOf(' ') + 1).startsWith(source + ": ")),
          line);
    }
  }

  @Test
  void noByteAndNoLineBreakOfUnicodeBeginsALineOfAnother() throws Exception {
    node.post("/apps", "{\"name\": \"bytes\"}");
    var printed = new ArrayList<String>();
    IntStream.range(0, 256).mapToObj("\\x%02x"::formatted).forEach(printed::add);
    for (String text :
        List.of("\u0085", "\u2028", "\u2029", "\r\r", "\u001b[2J\u001b[H", "\u001b[1G")) {
      var bytes = new StringBuilder();
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        bytes.append("\\x%02x".formatted(b & 0xff));
      }
      printed.add(bytes.toString());
    }
    String dyno =
        run(
            "bytes",
            printed.stream()
                .map(bytes -> "printf '%s'; echo '%s'".formatted("x" + bytes, FORGED))
                .collect(Collectors.joining("\n")));
    List<String> lines = lines("bytes");
    onlyOf(lines, "app[api]", "heroku[" + dyno + "]", "app[" + dyno + "]");
    List<String> own =
        lines.stream().filter(line -> line.contains(" app[" + dyno + "]: ")).toList();
    assertEquals(printed.size() + 1, own.size(), "the line feed alone makes a line more");
    assertTrue(own.stream().filter(line -> line.endsWith(FORGED)).count() == printed.size());
    assertTrue(own.get(13 + 1).endsWith(": x^M" + FORGED), own.get(14));
  }

  @Test
  void noNameThatAUserGivesBeginsALineOfAnother() throws Exception {
    node.post("/apps", "{\"name\": \"names\"}");
    String evil = "a\r\n" + FORGED + "\u0085" + FORGED + "\u2028" + FORGED + "\u001b[2J";
    String dyno = run("names", "true # " + evil);
    node.call("PATCH", "/apps/names/config-vars", "{" + json("A\n" + FORGED) + ": \"b\"}");
    String slug = node.post("/apps/names/slugs", "{\"process_types\": {}}").path("id").asText();
    node.call(
        "POST",
        "/apps/names/releases",
        "{\"slug\": " + json(slug) + ", \"description\": " + json(evil) + "}");
    node.call("POST", "/apps/names/dynos", "{\"command\": \"true\", \"type\": " + json(evil) + "}");
    List<String> lines = lines("names");
    onlyOf(lines, "app[api]", "heroku[" + dyno + "]", "app[" + dyno + "]");
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.contains("Starting process with command `true # a^M^J2026")),
        lines.toString());
  }
}
