package dev.dynode.cli;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.failure.Words;
import dev.dynode.node.NodeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Looking back at what a real node did, with the real command. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("cli")
class ReplayTest {
  private static final byte[] NOTHING = new byte[0];

  @SuppressWarnings("NullAway.Init")
  private NodeProcess node;

  private String ended = "";
  private String running = "";
  private Instant whileItRan = Instant.EPOCH;

  @BeforeAll
  void live(@TempDir Path folder) throws Exception {
    node = NodeProcess.start(folder.resolve("data"), "dynode.apps.one-off-limits.standard = 1");
    node.post("/apps", "{\"name\": \"demo\"}");
    node.json("PATCH", "/apps/demo/config-vars", "{\"KEY\": \"secret\"}");
    ended = run("echo said; exit 3");
    eventually("it has ended", () -> state(ended).equals("complete"));
    running = run("sleep 100");
    eventually("it runs", () -> state(running).equals("up"));
    assertEquals(422, node.call("POST", "/apps/demo/dynos", body("true")).statusCode());
    whileItRan = Instant.now();
    node.post("/apps/demo/dynos/" + running + "/actions/stop", "{}");
    eventually("it is stopped", () -> state(running).equals("complete"));
  }

  @AfterAll
  void close() {
    node.close();
  }

  private static String body(String command) {
    return "{\"command\": \"%s\", \"env\": {\"PASSWORD\": \"secret\"}}".formatted(command);
  }

  private String run(String command) throws Exception {
    return node.post("/apps/demo/dynos", body(command)).path("name").asText();
  }

  private String state(String dyno) throws Exception {
    return node.get("/apps/demo/dynos/" + dyno).path("state").asText();
  }

  private Programs.Result dynode(String... words) throws Exception {
    List<String> command = Programs.dynode(words);
    command.addAll(List.of("-a", "demo"));
    return Programs.run(command, environment(), NOTHING);
  }

  private Map<String, String> environment() {
    return Map.of("HEROKU_HOST", node.api().toString(), "HEROKU_API_KEY", node.token());
  }

  private String said(String... words) throws Exception {
    Programs.Result result = dynode(words);
    assertEquals(0, result.exit(), result.err());
    assertFalse(result.text().contains("secret"), result.text());
    return result.text();
  }

  @Test
  void theWholeStoryIsTold() throws Exception {
    String text = said("replay", ended);
    assertTrue(
        text.matches(
            "(?s) +1  \\S+  Created +none → created  by \\S+.*"
                + "✔ ArmTimer timer=LIFE .*: stopped before it rang \\(\\d+\\)\n"
                + " +2  \\S+  Placed +created → starting  by \\S+  host=local grounds=.*\n.*"
                + "✔ StartProcess .*: started after \\d+ ms \\(3\\)\n"
                + " +3  \\S+  Started +starting → running  by dynode  pid=\\d+\n.*"
                + " +\\S+ \\+0 \\| said\n"
                + " +5  \\S+  Exited +running → exited  by dynode  status=3\n.*"
                + " +6  \\S+  Retired +exited → retired  by dynode  ending=EXITED status=3\n.*"),
        text);
    JsonNode json = Json.read(said("replay", "--json", ended).getBytes(StandardCharsets.UTF_8));
    assertEquals(6, json.path("events").size());
    assertEquals("said", json.at("/output/0/text").asText());
    assertFalse(said("replay", "--until", "2", ended).contains("| said"));
  }

  @Test
  void aStoryStopsWhereItIsWanted() throws Exception {
    for (String until : List.of("3", whileItRan.toString())) {
      String text = said("replay", running, "--until", until);
      assertFalse(text.contains("StopRequested"), text);
      assertTrue(text.contains(": running\n{"), text);
      assertTrue(text.contains("\"startedAt\""), text);
    }
    assertTrue(said("replay", running, "--until", "999").contains(": retired\n"));
  }

  @Test
  void endsAndRefusalsAreExplained() throws Exception {
    String of = said("explain", ended);
    assertTrue(of.contains("asked for `echo said; exit 3` at "), of);
    assertTrue(of.matches("(?s).*It ended by itself at .* with status 3\\.\nIt lived .*"), of);
    String stopped = said("explain", running);
    assertTrue(stopped.contains("operator@dynode.local stopped it at "), stopped);
    String app = said("explain");
    assertTrue(
        app.contains(
            "asked for `true` and was refused: Cannot run more than 1 Standard-1X size dynos."),
        app);
    assertTrue(app.contains(" set KEY."), app);
  }

  @Test
  void theAppIsShownAsItWas() throws Exception {
    String then = said("ps", "--at", whileItRan.toString());
    assertTrue(then.startsWith("demo at " + whileItRan + ": tier production, release v2 ("), then);
    assertTrue(then.contains("\nConfig vars: KEY\n"), then);
    assertTrue(
        then.matches("(?s).*\n" + running + " +Standard-1X +running +v2 +\\S+ +sleep 100\n"), then);
    assertFalse(said("ps", "--at", Instant.now().toString()).contains(running));
  }

  @Test
  void pagesFollowOneAnother() throws Exception {
    var answer = node.call("GET", "/apps/demo/dynos/" + ended + "/events", null);
    assertEquals(200, answer.statusCode());
    assertEquals("sequence", answer.headers().firstValue("Accept-Ranges").orElse(""));
    JsonNode state = node.get("/apps/demo/dynos/" + ended + "/state?at=2");
    assertEquals("starting", state.path("state").asText());
    assertEquals(2, state.path("sequence").asInt());
    assertEquals("PASSWORD", state.at("/details/spec/env/0").asText());
  }

  @Test
  void mistakesAreNamed() throws Exception {
    Programs.Result when = dynode("replay", ended, "--until", "yesterday");
    assertEquals(1, when.exit());
    assertTrue(when.err().startsWith("Error: \"yesterday\" is neither the number of an event"));
    Programs.Result who = dynode("replay", "run.1");
    assertEquals(1, who.exit());
    assertTrue(who.err().startsWith("Error: Couldn't find that dyno."), who.err());
    var answer = node.call("GET", "/apps/demo/state?at=noon", null);
    assertEquals(422, answer.statusCode());
    assertTrue(answer.body().contains("at: \\\"noon\\\" is neither"), answer.body());
    Programs.Result step = dynode("replay", ended, "--step");
    assertTrue(step.err().contains("--step needs a terminal"), step.err());
  }

  @Test
  void aStoryIsWalked() throws Exception {
    List<String> words = new ArrayList<>(Programs.dynode("replay", ended, "--step"));
    words.addAll(List.of("-a", "demo"));
    String command = String.join(" ", words.stream().map(Words::quote).toList());
    var result =
        Programs.run(
            List.of("script", "-qec", command, "/dev/null"),
            environment(),
            "n\033[C\033[DGgq".getBytes(StandardCharsets.US_ASCII));
    assertEquals(0, result.exit(), result.text());
    List<String> seen =
        result
            .text()
            .lines()
            .filter(line -> line.startsWith("Event "))
            .map(line -> line.substring(0, line.indexOf(" of")))
            .toList();
    assertEquals(List.of("Event 1", "Event 2", "Event 3", "Event 2", "Event 6", "Event 1"), seen);
  }
}
