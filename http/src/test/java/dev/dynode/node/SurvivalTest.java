package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dynos go on when their node is killed or restarted, and its next life takes them over. {@code
 * -Dseed=N -Drounds=N} repeat.
 */
@Timeout(900)
class SurvivalTest {
  private static final int WRITERS = 6;
  private static final int LINES = 1_500;
  private static final String CONFIG =
      "dynode { api.streams.max-lines = 1000000, logs.kept-lines = 100000, dynos.hangup-every = 200 ms, dynos.grace = 500 ms }";

  @TempDir private Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  @AfterEach
  void endKeeper() throws Exception {
    NodeProcess.killKeeper(data());
  }

  @Test
  void killedAgainAndAgainNothingIsLostOrDoubled() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("rounds", 8);
    System.out.println("SurvivalTest: again with -Dseed=" + seed);
    var random = new Random(seed);
    List<String> writers = new ArrayList<>();
    List<String> stubborn = new ArrayList<>();
    List<String> obedient = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      NodeProcess node = NodeProcess.start(data(), CONFIG);
      boolean kill = round < rounds;
      try {
        if (round == 0) {
          node.post("/apps", "{\"name\": \"demo\"}");
          for (int i = 0; i < WRITERS; i++) {
            writers.add(run(node, false, writer(random.nextInt(30))));
          }
        }
        for (String dyno : obedient) {
          eventually("the orphan is hung up", () -> ended(node, dyno));
          assertEquals(129, look(node, dyno).path("exit_status").asInt());
        }
        for (String dyno : stubborn) {
          eventually("R16", () -> node.events("demo", dyno).contains("HangupIgnored"));
          assertEquals("up", look(node, dyno).path("state").asText());
        }
        if (kill) {
          obedient = List.of(attached(node, "echo ready; sleep 1000"));
          stubborn.add(attached(node, "trap '' HUP; echo ready; while :; do sleep 1; done"));
          TimeUnit.MILLISECONDS.sleep(random.nextInt(500)); // the random instant
        } else {
          finish(node, writers, stubborn);
        }
      } catch (Exception | AssertionError failure) {
        throw new AssertionError("seed " + seed + ", round " + round + "\n" + node.log(), failure);
      } finally {
        if (kill) {
          node.kill();
        } else {
          node.close();
        }
      }
    }
    assertFalse(Files.exists(data().resolve("keeper/socket")), "the keeper is left");
  }

  /** Prints numbered lines and ends with status 5. */
  private static String writer(int millis) {
    return "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo line-$i; %s done; exit 5"
        .formatted(LINES, millis > 10 ? "sleep 0.0" + millis + ";" : "");
  }

  private static void finish(NodeProcess node, List<String> writers, List<String> stubborn)
      throws Exception {
    for (String dyno : stubborn) {
      node.call("POST", "/apps/demo/dynos/" + dyno + "/actions/stop", null);
    }
    eventually("all have ended", () -> node.get("/apps/demo/dynos").isEmpty(), 120);
    List<String> log = node.logLines("demo", 1_000_000);
    for (String dyno : writers) {
      assertEquals(5, look(node, dyno).path("exit_status").asInt());
      String source = "app[" + look(node, dyno).path("name").asText() + "]: ";
      assertEquals(
          IntStream.rangeClosed(1, LINES).mapToObj(i -> source + "line-" + i).toList(),
          log.stream().filter(line -> line.startsWith(source)).toList());
      List<String> events = node.events("demo", dyno);
      assertEquals(
          List.of("Created", "Placed", "Started", "BecameUp", "Exited", "Retired"), events);
    }
    for (String dyno : stubborn) {
      List<String> events = node.events("demo", dyno);
      assertEquals(1, Collections.frequency(events, "Started"));
      assertEquals(1, Collections.frequency(events, "ClientDetached"));
      assertFalse(events.contains("Lost"), events::toString);
    }
  }

  @Test
  void anOrderlyRestartLeavesDynosAlone() throws Exception {
    String sleeper;
    String quick;
    Path restarting;
    NodeProcess node = NodeProcess.start(data(), "dynode.node.leave-dynos = true");
    try {
      node.post("/apps", "{\"name\": \"demo\"}");
      sleeper = run(node, false, "sleep 1000");
      quick =
          run(
              node,
              false,
              "until [ -e ${TMPDIR:-/tmp}/restarting ]; do sleep 0.02; done; echo so; exit 3");
      restarting = node.temporary(look(node, quick).path("id").asText(), "restarting");
      eventually("both run", () -> pid(node, sleeper) > 0 && pid(node, quick) > 0);
      assertEquals(0, node.stop() & ~143);
    } finally {
      node.kill();
    }
    long pid;
    Files.createFile(restarting);
    try (NodeProcess next = NodeProcess.start(data())) {
      pid = pid(next, sleeper);
      assertTrue(ProcessHandle.of(pid).isPresent(), "it died with its node");
      assertEquals("up", look(next, sleeper).path("state").asText());
      eventually("its end is known", () -> ended(next, quick));
      assertEquals(3, look(next, quick).path("exit_status").asInt());
      assertTrue(next.logLines("demo").stream().anyMatch(line -> line.endsWith("]: so")));
    }
    assertFalse(ProcessHandle.of(pid).isPresent(), "it was not stopped");
  }

  @Test
  void aDeadKeeperIsADeadMachine() throws Exception {
    try (NodeProcess node = NodeProcess.start(data())) {
      node.post("/apps", "{\"name\": \"demo\"}");
      String detached = run(node, false, "sleep 1000");
      String attached = attached(node, "trap '' HUP; echo ready; sleep 1000 & sleep 1000");
      eventually("it runs", () -> pid(node, detached) > 0);
      List<Long> pids = List.of(pid(node, detached), pid(node, attached));
      NodeProcess.killKeeper(data());
      for (String dyno : List.of(detached, attached)) {
        eventually("it is lost", () -> ended(node, dyno));
        assertTrue(node.events("demo", dyno).contains("Lost"));
      }
      for (long pid : pids) {
        eventually("its process is gone", () -> ProcessHandle.of(pid).isEmpty());
      }
      String next = run(node, false, "exit 4");
      eventually("another keeper serves", () -> ended(node, next));
      assertEquals(4, look(node, next).path("exit_status").asInt());
    }
  }

  private static String run(NodeProcess node, boolean attach, String command) throws Exception {
    return node.post(
            "/apps/demo/dynos", "{\"attach\": %s, \"command\": \"%s\"}".formatted(attach, command))
        .path("id")
        .asText();
  }

  /** Attaches a client, which is left to die with the node. */
  private static String attached(NodeProcess node, String command) throws Exception {
    JsonNode dyno =
        node.post("/apps/demo/dynos", "{\"attach\": true, \"command\": \"%s\"}".formatted(command));
    new Dialled(node, dyno).until("ready");
    return dyno.path("id").asText();
  }

  private static JsonNode look(NodeProcess node, String dyno) throws Exception {
    return node.get("/apps/demo/dynos/" + dyno);
  }

  private static boolean ended(NodeProcess node, String dyno) throws Exception {
    return look(node, dyno).path("state").asText().equals("complete");
  }

  /** Process id by the journal; 0 before the start. */
  private static long pid(NodeProcess node, String dyno) throws Exception {
    for (JsonNode event : node.get("/apps/demo/dynos/" + dyno + "/events")) {
      if (event.path("type").asText().equals("Started")) {
        return event.path("details").path("pid").asLong();
      }
    }
    return 0;
  }
}
