package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Control nodes are killed with -9, one after the other, while clients run dynos. {@code -Dseed=N
 * -Dkills=N} repeat; {@code -Dpause=N}: milliseconds between two runs of a client.
 */
@Timeout(3600)
@Order(1)
@Tag("cluster")
class ControlDeathTest {
  private static final int LIMIT = 40;
  private static final List<String> APPS = List.of("app-a", "app-b", "app-c", "app-d");
  @TempDir private Path folder;

  @Test
  void noRequestIsLostOrDoubledAndSessionsGoOn() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int kills = Integer.getInteger("kills", 2);
    System.out.println("ControlDeathTest: again with -Dseed=" + seed + " -Dkills=" + kills);
    var random = new Random(seed);
    try (var cluster = new TestCluster(folder, ClusterLoad.config(LIMIT))) {
      List<String> control = List.of("control-1", "control-2", "control-3");
      cluster.startAll("control-1", "control-2", "control-3", "host-a", "host-b", "edge");
      NodeProcess edge = cluster.node("edge");
      for (String app : APPS) {
        edge.post("/apps", "{\"name\": \"%s\"}".formatted(app));
      }
      List<Long> slowest = new ArrayList<>();
      List<ClusterLoad.Call> calls;
      JsonNode attached =
          edge.post("/apps/app-a/dynos", "{\"command\": \"cat\", \"attach\": true}");
      try (var session = new Dialled(edge, attached)) {
        var load =
            new ClusterLoad(
                () -> edge, APPS, 2, Duration.ofMillis(Integer.getInteger("pause", 800)));
        try (load) {
          for (int kill = 1; kill <= kills; kill++) {
            Thread.sleep(random.nextInt(2_000)); // any moment
            String victim = control.get(random.nextInt(control.size()));
            long at = System.nanoTime();
            cluster.kill(victim);
            session.type("line " + kill + "\n");
            session.until("line " + kill + "\r\n");
            for (String app : APPS) {
              eventually(
                  app + " answers after " + victim + " was killed",
                  () ->
                      load.calls().stream()
                          .anyMatch(c -> c.app().equals(app) && c.at() > at && c.granted()),
                  120);
            }
            var waited = load.slowestSince(at);
            System.out.println("ControlDeathTest: " + victim + ", slowest answers, ms " + waited);
            slowest.addAll(waited.values());
            cluster.start(victim, "control");
          }
        }
        calls = load.calls();
        System.out.println("ControlDeathTest: answers " + load.statuses());
      }
      for (String app : APPS) {
        eventually(
            "all of " + app + " have ended",
            () -> edge.get("/apps/" + app + "/dynos").isEmpty(),
            120);
      }
      Collections.sort(slowest);
      System.out.println("ControlDeathTest: slowest answers after each kill, ms: " + slowest);
      var history = ClusterHistory.read(cluster.url(), LIMIT);
      assertEquals(0, history.check(calls), "no host was killed, so no dyno is lost");
      assertEquals(
          List.of(), calls.stream().filter(c -> !Set.of(201, 422).contains(c.status())).toList());
      var lines = new ArrayList<String>();
      for (String app : APPS) {
        lines.addAll(edge.logLines(app, 1_000_000));
      }
      for (ClusterLoad.Call call : calls.stream().filter(ClusterLoad.Call::granted).toList()) {
        assertEquals(
            1,
            lines.stream().filter(l -> l.endsWith(": mark-" + call.mark() + "-")).count(),
            call::toString);
      }
    }
  }
}
