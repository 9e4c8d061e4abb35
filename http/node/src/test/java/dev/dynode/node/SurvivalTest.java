package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dynos go on when their node is killed or restarted, and its next life takes them over. {@code
 * -Dseed=N -Dkills=N} repeat.
 */
@Timeout(900)
@Tag("process")
class SurvivalTest {
  /** Kills of a node that is starting, after each of one that serves. */
  private static final int STARTING = 9;

  private static final String CONFIG =
      ClusterLoad.config(80)
          + "dynode.dynos { hangup-every = 100 ms, grace = 500 ms, attach-within = 6 s }\n";

  @TempDir private Path folder;
  private int build;

  private Path data() {
    return folder.resolve("data");
  }

  @AfterEach
  void endKeeper() throws Exception {
    NodeProcess.killKeeper(data());
  }

  /**
   * One kill in ten comes under load, once all is as it must be; the others come at any moment of a
   * start.
   */
  @Test
  void killedAgainAndAgainNothingIsLostOrDoubled() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int kills = Integer.getInteger("kills", 20);
    System.out.println("SurvivalTest: again with -Dseed=" + seed + " -Dkills=" + kills);
    var random = new Random(seed);
    var dynos = new MixedDynos(random, folder);
    for (int killed = 0; killed < kills; killed += 1 + STARTING) {
      NodeProcess node = NodeProcess.start(data(), config(random));
      try {
        if (killed == 0) {
          node.post("/apps", "{\"name\": \"demo\"}");
        }
        dynos.settle(node);
        dynos.fill(node, killed % (3 * (1 + STARTING)) == 0);
        dynos.loadUntilKilled(node, random.nextInt(500));
      } catch (Exception | AssertionError failure) {
        throw new AssertionError("seed " + seed + ", kill " + killed + "\n" + node.log(), failure);
      } finally {
        node.kill();
      }
      for (int i = 0; i < STARTING; i++) {
        NodeProcess.startAndKill(data(), random.nextInt(1_200), config(random));
      }
    }
    try (NodeProcess node = NodeProcess.start(data(), CONFIG)) {
      dynos.finish(node);
      nothingIsLeft(node);
      System.out.println("SurvivalTest: " + kills + " kills of a node under " + dynos.count());
    } catch (Exception | AssertionError failure) {
      throw new AssertionError("seed " + seed, failure);
    }
    assertEquals(List.of(), NodeProcess.keepers(data()), "the keeper is left");
  }

  /** One of three by which keepers differ, as those of three builds do; mostly the same again. */
  private String config(Random random) {
    if (random.nextInt(5) == 0) {
      build = random.nextInt(3);
    }
    return CONFIG + "dynode.runtime.keeper.unused = %d s".formatted(60 + build);
  }

  private void nothingIsLeft(NodeProcess node) throws Exception {
    try {
      eventually("former keepers have ended", () -> NodeProcess.keepers(data()).size() == 1);
    } catch (AssertionError e) {
      for (ProcessHandle keeper : NodeProcess.keepers(data())) {
        System.out.println(
            "left: "
                + keeper.info()
                + "\n  keeps "
                + keeper.children().map(c -> c.info()).toList());
      }
      throw e;
    }
    ProcessHandle keeper = NodeProcess.keepers(data()).getFirst();
    eventually("no dyno has files", () -> children(data().resolve("dynos")).isEmpty());
    String mounts = Files.readString(Path.of("/proc/" + keeper.pid() + "/mountinfo"));
    assertFalse(mounts.contains(data().resolve("dynos").toString()), mounts);
    List<ProcessHandle> children = keeper.children().toList();
    assertEquals(1, children.size(), () -> "more than its guard: " + children);
    Path own = Path.of("/proc/" + node.pid() + "/cgroup");
    for (String line : Files.readAllLines(own)) {
      String[] fields = line.split(":", 3);
      Path tree = fields[1].isEmpty() ? unified() : Path.of("/sys/fs/cgroup", fields[1]);
      String name =
          "dynode-" + UUID.nameUUIDFromBytes(data().toString().getBytes(StandardCharsets.UTF_8));
      Path group = tree.resolve(fields[2].substring(1)).resolve(name);
      if (Files.isDirectory(group)) {
        assertEquals(List.of(), children(group));
      }
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).toList();
    }
  }

  private static Path unified() {
    Path mixed = Path.of("/sys/fs/cgroup/unified");
    return Files.isDirectory(mixed) ? mixed : Path.of("/sys/fs/cgroup");
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
      eventually(
          "both run", () -> MixedDynos.pid(node, sleeper) > 0 && MixedDynos.pid(node, quick) > 0);
      assertEquals(0, node.stop() & ~143);
    } finally {
      node.kill();
    }
    long pid;
    Files.createFile(restarting);
    try (NodeProcess next = NodeProcess.start(data())) {
      pid = MixedDynos.pid(next, sleeper);
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
      eventually("it runs", () -> MixedDynos.pid(node, detached) > 0);
      List<Long> pids = List.of(MixedDynos.pid(node, detached), MixedDynos.pid(node, attached));
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
}
