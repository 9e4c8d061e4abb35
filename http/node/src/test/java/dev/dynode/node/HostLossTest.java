package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Hosts that are killed, that come back, and that wake after they were given up. */
@Timeout(900)
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
@Order(1)
@Tag("cluster")
class HostLossTest {
  private static final int DYNOS = 6;
  private static final String CONFIG =
      """
      dynode.cluster { lease = 12 s, host-lost-after = 28 s }
      dynode.api.rate-limit { burst = 1000000, per-minute = 1000000 }
      """;

  @TempDir private Path folder;

  /** Process ids on a host by dyno. */
  private static Map<String, Long> running(NodeProcess edge, String host) throws Exception {
    Map<String, Long> pids = new HashMap<>();
    for (JsonNode dyno : edge.get("/apps/demo/dynos")) {
      String id = dyno.path("id").asText();
      boolean here = false;
      long pid = 0;
      for (JsonNode event : edge.get("/apps/demo/dynos/" + id + "/events")) {
        here |= event.path("details").path("host").asText().equals(host);
        pid = Math.max(pid, event.path("details").path("pid").asLong());
      }
      if (here && pid > 0) {
        pids.put(id, pid);
      }
    }
    return pids;
  }

  /**
   * Returns what runs on a host. Again where too few came to it, or none to another: a host does
   * not count what is on its way to it when it tells how full it is.
   */
  private static Map<String, Long> fill(NodeProcess edge, String host, String... others)
      throws Exception {
    Map<String, Long> here;
    boolean all;
    do {
      for (int i = 0; i < DYNOS; i++) {
        edge.post("/apps/demo/dynos", "{\"command\": \"sleep 100000\"}");
      }
      eventually("all run", () -> allRun(edge));
      here = running(edge, host);
      all = here.size() >= DYNOS / 2;
      for (String other : others) {
        all &= !running(edge, other).isEmpty();
      }
    } while (!all);
    return here;
  }

  private static boolean allRun(NodeProcess edge) throws Exception {
    for (JsonNode dyno : edge.get("/apps/demo/dynos")) {
      if (!dyno.path("state").asText().equals("up")) {
        return false;
      }
    }
    return true;
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  private static void lost(NodeProcess edge, String dyno) throws Exception {
    eventually(
        dyno + " is recorded as lost",
        () -> edge.get("/apps/demo/dynos/" + dyno).path("cause").asText().equals("lost"),
        180);
  }

  @Test
  void dynosOutliveTheirHostsNode() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG)) {
      cluster.also("dynode.cluster { lease = 5 m, host-lost-after = 6 m }");
      NodeProcess edge = cluster.start("one", "control,edge");
      cluster.start("host-a", "host");
      edge.post("/apps", "{\"name\": \"demo\"}");
      Map<String, Long> dynos = fill(edge, "host-a");

      cluster.kill("host-a");
      cluster.start("host-a", "host");
      assertTrue(dynos.values().stream().allMatch(HostLossTest::alive), "killed with their node");
      String first = dynos.keySet().iterator().next();
      edge.json("DELETE", "/apps/demo/dynos/" + first, null);
      long stopped = dynos.getOrDefault(first, 0L);
      eventually("the next node stops it", () -> !alive(stopped));
    }
  }

  @Test
  void dynosAreLostWithTheirHostAndAHostThatWakesThenRunsNothing() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG)) {
      NodeProcess edge = cluster.start("one", "control,host,edge");
      cluster.startAll("host-a", "host-b");
      NodeProcess host = cluster.node("host-a");
      edge.post("/apps", "{\"name\": \"demo\"}");
      Map<String, Long> dynos = fill(edge, "host-a", "host-b", "one");
      Map<String, Long> killed = running(edge, "host-b");

      cluster.kill("host-b");
      List<Long> machine = new ArrayList<>(dynos.values());
      NodeProcess.keepers(host.data()).forEach(keeper -> machine.add(keeper.pid()));
      machine.add(host.pid());
      for (long pid : machine) {
        descendants(pid).forEach(each -> signal("STOP", each));
      }
      for (long pid : killed.values()) {
        eventually("the lease ends it", () -> !alive(pid), 120);
      }
      for (String dyno : killed.keySet()) {
        lost(edge, dyno);
      }
      for (String dyno : dynos.keySet()) {
        lost(edge, dyno);
      }
      for (long pid : machine) {
        descendants(pid).forEach(each -> signal("CONT", each));
      }
      for (long pid : dynos.values()) {
        eventually("what was given up is killed", () -> !alive(pid), 60);
      }
      assertTrue(running(edge, "one").values().stream().allMatch(HostLossTest::alive));
      assertTrue(host.process().waitFor(240, TimeUnit.SECONDS), "it goes on");
      assertEquals(75, host.process().exitValue(), host.log());
      cluster.start("host-a", "host");
      fill(edge, "host-a");
    }
  }

  private static List<Long> descendants(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
        .map(ProcessHandle::pid)
        .toList();
  }

  private static void signal(String signal, long pid) {
    try {
      new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
