package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The node is killed with -9 under load, again and again on one data folder. What was acknowledged
 * is there afterwards, what ran runs on, nothing runs twice, nothing is left running. {@code
 * -Dseed=N -Drounds=N} repeat.
 */
@Timeout(600)
class KillTest {
  private static final int CLIENTS = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void nothingAcknowledgedIsLostAndNothingRunsTwice() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("rounds", 30);
    System.out.println("KillTest: again with -Dseed=" + seed);
    var random = new Random(seed);
    Path data = folder.resolve("data");
    Path ran = Files.createFile(folder.resolve("ran"));
    Set<String> acknowledged = new HashSet<>();
    for (int round = 0; round <= rounds; round++) {
      NodeProcess node =
          NodeProcess.start(data, "dynode.dynos { attach-within = 300 ms, grace = 300 ms }");
      try {
        if (round == 0) {
          node.post("/apps", "{\"name\": \"demo\"}");
        }
        check(node, acknowledged, ran);
        if (round < rounds) {
          acknowledged = load(node, ran, random);
        }
      } catch (Exception | AssertionError failure) {
        throw new AssertionError("seed " + seed + ", round " + round + "\n" + node.log(), failure);
      } finally {
        if (round < rounds) {
          node.kill();
        } else {
          node.close();
        }
      }
    }
  }

  @AfterEach
  void endKeeper() throws Exception {
    NodeProcess.killKeeper(folder.resolve("data"));
  }

  /** Creates dynos of all kinds until the kill, a random moment later; ids that were answered. */
  private static Set<String> load(NodeProcess node, Path ran, Random random) throws Exception {
    var acknowledged = new ConcurrentLinkedQueue<String>();
    var killed = new AtomicBoolean();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        var own = new Random(random.nextLong());
        clients.execute(
            () -> {
              while (!killed.get()) {
                create(node, ran, own, acknowledged);
              }
            });
      }
      TimeUnit.MILLISECONDS.sleep(random.nextInt(400)); // the random instant
      node.kill();
      killed.set(true);
    }
    return new HashSet<>(acknowledged);
  }

  private static void create(
      NodeProcess node, Path ran, Random random, ConcurrentLinkedQueue<String> acknowledged) {
    String told = "echo ${DYNODE_LAUNCH#*:} >> " + ran + "; "; // <dyno>:<generation>
    List<String> commands =
        List.of("true", "sleep 1000", "trap '' HUP TERM INT; sleep 1000 & setsid sleep 1000");
    boolean attach = random.nextBoolean();
    try {
      HttpResponse<String> answer =
          node.call(
              "POST",
              "/apps/demo/dynos",
              "{\"attach\": "
                  + attach
                  + ", \"command\": \""
                  + told
                  + commands.get(random.nextInt(3))
                  + "\"}");
      if (answer.statusCode() != 201) {
        return; // over the limit
      }
      JsonNode dyno = JSON.readTree(answer.body());
      acknowledged.add(dyno.path("id").asText());
      if (attach && random.nextInt(4) > 0) {
        try (var client = new Dialled(node, dyno)) {
          client.type("x\n");
        }
      }
    } catch (Exception e) {
      // the node was killed
    }
  }

  private static void check(NodeProcess node, Set<String> acknowledged, Path ran) throws Exception {
    eventually("every slot is free", () -> free(node));
    for (String id : acknowledged) {
      JsonNode dyno = node.get("/apps/demo/dynos/" + id);
      assertEquals("complete", dyno.path("state").asText());
      List<String> events = node.events("demo", id);
      assertEquals("Created", events.getFirst());
      assertEquals("Retired", events.getLast());
      assertTrue(Collections.frequency(events, "Started") <= 1, events::toString);
      if (events.contains(
          "Lost")) { // attached, and neither its client nor the order to start lived
        assertFalse(events.contains("Started"), events::toString);
        assertTrue(events.contains("ClientAttached"), events::toString);
      } else {
        assertTrue(dyno.path("exit_status").isInt(), dyno::toString);
      }
    }
    eventually("nothing is left running", () -> marked(acknowledged).isEmpty());
    List<String> lines = Files.readAllLines(ran);
    Set<String> once = new HashSet<>(lines);
    assertEquals(lines.size(), once.size(), "a dyno ran twice");
    Path files = node.data().resolve("dynos");
    eventually("no folder is left", () -> !Files.exists(files) || isEmpty(files));
  }

  /**
   * Whether no dyno is live. One that was journaled but not yet launched when the node was killed
   * is launched afterwards, once; it is stopped here.
   */
  private static boolean free(NodeProcess node) throws Exception {
    JsonNode live = node.get("/apps/demo/dynos");
    for (JsonNode dyno : live) {
      node.call("POST", "/apps/demo/dynos/" + dyno.path("id").asText() + "/actions/stop", null);
    }
    return live.isEmpty();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      return left.findAny().isEmpty();
    }
  }

  /** Dynos of which a process still runs. */
  private static Set<String> marked(Set<String> dynos) throws IOException {
    Set<String> running = new HashSet<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : (Iterable<Path>) processes::iterator) {
        String environment;
        try {
          environment = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException notOne) {
          continue;
        }
        dynos.stream()
            .filter(id -> environment.contains("DYNODE_LAUNCH=") && environment.contains(id))
            .forEach(running::add);
      }
    }
    return running;
  }
}
