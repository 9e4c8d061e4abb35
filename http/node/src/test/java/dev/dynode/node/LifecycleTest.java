package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every way a one-off dyno can end, with real processes and short times. */
@Timeout(600)
@Tag("process")
class LifecycleTest {
  private static final String HANGUP = "Client connection closed. Sending SIGHUP to all processes";
  private static final String UP = "State changed from starting to up";
  private static final String COMPLETE = "State changed from up to complete";

  private static @TempDir Path folder;
  private static NodeProcess node;

  @BeforeAll
  static void start() throws Exception {
    node =
        NodeProcess.start(
            folder.resolve("data"),
            """
            dynode.dynos {
              attach-within = 5 s, idle-after = 3 s, shield-idle-after = 500 ms
              hangup-every = 200 ms, life = 12 s, grace = 2 s
            }
            """);
    node.post("/apps", "{\"name\": \"demo\"}");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    assertFalse(node.log().contains("ERROR"), node.log());
  }

  private static JsonNode run(String app, boolean attach, String command, String more)
      throws Exception {
    return node.post(
        "/apps/" + app + "/dynos",
        "{\"attach\": " + attach + ", \"command\": \"" + command + "\"" + more + "}");
  }

  private static JsonNode attached(String command) throws Exception {
    return run("demo", true, command, "");
  }

  private static JsonNode ended(JsonNode dyno) throws Exception {
    String path =
        "/apps/" + dyno.path("app").path("name").asText() + "/dynos/" + dyno.path("id").asText();
    eventually("it ends", () -> node.get(path).path("state").asText().equals("complete"));
    return node.get(path);
  }

  /** The ended dyno's status and cause, and what the dyno manager logged of it. */
  private static void endsAs(JsonNode dyno, int status, String cause, String... lines)
      throws Exception {
    JsonNode end = ended(dyno);
    assertEquals(status, end.path("exit_status").asInt(-1));
    assertEquals(cause, end.path("cause").asText());
    String speaker = "heroku[" + dyno.path("name").asText() + "]: ";
    assertEquals(
        List.of(lines),
        node.logLines(dyno.path("app").path("name").asText()).stream()
            .filter(line -> line.startsWith(speaker))
            .map(line -> line.substring(speaker.length()))
            .toList());
    List<String> events =
        node.events(dyno.path("app").path("name").asText(), dyno.path("id").asText());
    assertEquals("Retired", events.getLast());
  }

  private static String starting(String command) {
    return "Starting process with command `" + command + "`";
  }

  @Test
  void nobodyAttaches() throws Exception {
    endsAs(
        attached("bash"),
        128,
        "not_attached",
        "Awaiting client",
        UP,
        "Error R13 (Attach error) -> Failed to attach to process",
        "Process exited with status 128",
        COMPLETE);
  }

  @Test
  void theClientLeavesAndSighupIsObeyed() throws Exception {
    JsonNode dyno = attached("echo ready; sleep 1000");
    try (var client = new Dialled(node, dyno)) {
      client.until("ready");
    }
    endsAs(
        dyno,
        129,
        "hung_up",
        "Awaiting client",
        UP,
        starting("echo ready; sleep 1000"),
        HANGUP,
        "Process exited with status 129",
        COMPLETE);
  }

  @Test
  void aTrappedSighupLetsItGoOn() throws Exception {
    String command = "trap '' HUP; echo ready; sleep 2; exit 5";
    JsonNode dyno = attached(command);
    try (var client = new Dialled(node, dyno)) {
      client.until("ready");
    }
    endsAs(
        dyno,
        5,
        "exited",
        "Awaiting client",
        UP,
        starting(command),
        HANGUP,
        HANGUP,
        HANGUP,
        "Error R16 (Detached) -> An attached process is not responding to SIGHUP after its external"
            + " connection was closed.",
        "Process exited with status 5",
        COMPLETE);
  }

  @Test
  void silenceClosesTheConnection() throws Exception {
    JsonNode dyno = attached("echo ready; sleep 1000");
    try (var client = new Dialled(node, dyno)) {
      client.until("ready");
      long from = System.nanoTime();
      assertTrue(client.rest().contains("Idle connection closed: no input or output for 3 s."));
      assertTrue(System.nanoTime() - from > 2_700_000_000L, "closed too soon");
    }
    endsAs(
        dyno,
        129,
        "hung_up",
        "Awaiting client",
        UP,
        starting("echo ready; sleep 1000"),
        HANGUP,
        "Process exited with status 129",
        COMPLETE);
    assertTrue(node.events("demo", dyno.path("id").asText()).contains("IdleTimedOut"));
  }

  @Test
  void outputOrInputAloneKeepsItOpen() throws Exception {
    JsonNode printing = attached("for i in $(seq 12); do sleep 0.3; echo $i; done");
    try (var client = new Dialled(node, printing)) {
      assertTrue(client.rest().contains("12"));
    }
    assertEquals(0, ended(printing).path("exit_status").asInt(-1));
    JsonNode silent = attached("stty -echo; echo ready; head -n 12 >/dev/null; exit 4");
    try (var client = new Dialled(node, silent)) {
      client.until("ready");
      for (int i = 0; i < 12; i++) {
        Thread.sleep(300); // the point is the time between two keys
        client.type("x\n");
      }
      client.rest();
    }
    assertEquals(4, ended(silent).path("exit_status").asInt(-1));
  }

  @Test
  void shieldAppsIdleSooner() throws Exception {
    node.post("/apps", "{\"name\": \"shielded\", \"process_tier\": \"shield\"}");
    JsonNode dyno = run("shielded", true, "echo ready; sleep 1000", "");
    assertEquals("Private-M", dyno.path("size").asText());
    try (var client = new Dialled(node, dyno)) {
      assertTrue(client.rest().contains("no input or output for 500 ms."));
    }
  }

  @Test
  void theLongestLifeEndsWithSigtermAndThenSigkill() throws Exception {
    JsonNode obeying = run("demo", false, "sleep 1000", "");
    String trapping = "trap '' TERM; while :; do sleep 1; done";
    JsonNode stubborn = run("demo", false, trapping, "");
    endsAs(
        obeying,
        143,
        "cycled",
        starting("sleep 1000"),
        UP,
        "Cycling",
        COMPLETE,
        "Stopping all processes with SIGTERM",
        "Process exited with status 143");
    endsAs(
        stubborn,
        137,
        "cycled",
        starting(trapping),
        UP,
        "Cycling",
        COMPLETE,
        "Stopping all processes with SIGTERM",
        "Error R12 (Exit timeout) -> Process failed to exit within 2 seconds of SIGTERM",
        "Stopping process with SIGKILL",
        "Process exited with status 137");
  }

  @Test
  void timeToLiveAndStop() throws Exception {
    JsonNode shortLived = run("demo", false, "sleep 1000", ", \"time_to_live\": 1");
    JsonNode stopped = run("demo", false, "sleep 1000", "");
    String path = "/apps/demo/dynos/" + stopped.path("name").asText();
    eventually("it is up", () -> node.json("GET", path, null).path("state").asText().equals("up"));
    String stop = path + "/actions/stop";
    assertEquals(202, node.call("POST", stop, null).statusCode());
    assertEquals(202, node.call("POST", stop, null).statusCode());
    for (JsonNode dyno : List.of(shortLived, stopped)) {
      endsAs(
          dyno,
          143,
          "stopped",
          starting("sleep 1000"),
          UP,
          COMPLETE,
          "Stopping all processes with SIGTERM",
          "Process exited with status 143");
    }
  }

  @Test
  void statusesOfTheShell() throws Exception {
    endsAs(
        run("demo", false, "yolo", ""),
        127,
        "exited",
        starting("yolo"),
        UP,
        "Process exited with status 127",
        COMPLETE);
    assertTrue(
        node.logLines("demo").stream()
            .anyMatch(line -> line.endsWith("/bin/bash: line 1: yolo: command not found")));
    endsAs(
        run("demo", false, "kill -9 $$", ""),
        137,
        "exited",
        starting("kill -9 $$"),
        UP,
        "Process exited with status 137",
        COMPLETE);
  }

  @Test
  void aReleaseDoesNotTouchWhatRuns() throws Exception {
    node.post("/apps", "{\"name\": \"moving\"}");
    node.json("PATCH", "/apps/moving/config-vars", "{\"A\": \"old\"}");
    JsonNode before =
        run(
            "moving",
            false,
            "while [ ! -e ${TMPDIR:-/tmp}/go ]; do sleep 0.05; done; echo then $A",
            "");
    node.json("PATCH", "/apps/moving/config-vars", "{\"A\": \"new\"}");
    JsonNode after = run("moving", false, "echo now $A $B", ", \"env\": {\"B\": 7}");
    ended(after);
    Files.createFile(node.temporary(before.path("id").asText(), "go"));
    ended(before);
    List<String> log = node.logLines("moving");
    assertTrue(log.contains("app[" + before.path("name").asText() + "]: then old"), log::toString);
    assertTrue(log.contains("app[" + after.path("name").asText() + "]: now new 7"), log::toString);
    assertEquals(2, before.path("release").path("version").asInt());
  }

  @Test
  void filesAreItsOwnAndGoWithIt() throws Exception {
    JsonNode first = run("demo", false, "echo 1 > mine; pwd; sleep 1", "");
    JsonNode second = run("demo", false, "ls mine", "");
    assertEquals(2, ended(second).path("exit_status").asInt());
    ended(first);
    Path files = node.data().resolve("dynos").resolve(first.path("id").asText());
    eventually("its files are gone", () -> !Files.exists(files));
  }

  @Test
  void oneOffDynosNeverGetRequests() throws Exception {
    JsonNode web = run("demo", false, "sleep 2", ", \"type\": \"web\"");
    int router = Integer.parseInt(node.ready().replaceAll(".*router [^:]+:(\\d+),.*", "$1"));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), router)) {
      socket
          .getOutputStream()
          .write(
              "GET /x HTTP/1.1\r\nHost: demo.localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
    }
    assertTrue(
        node.logLines("demo").stream()
            .anyMatch(
                line ->
                    line.startsWith("heroku[router]: at=error code=H14 desc=\"No web processes")));
    ended(web);
  }
}
