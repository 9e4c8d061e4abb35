package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The database of a cluster is restarted, and killed with -9, while clients run dynos. */
@Timeout(900)
class DatabaseDeathTest {
  private static final int LIMIT = 40;
  private static final List<String> APPS = List.of("app-a", "app-b");
  @TempDir private Path folder;

  @Test
  void nothingGrantedIsLostAndNoDynoEndsBecauseOfIt() throws Exception {
    try (var cluster = new TestCluster(folder, ClusterLoad.config(LIMIT))) {
      NodeProcess edge = cluster.start("one", "control,edge");
      cluster.start("host-a", "host");
      for (String app : APPS) {
        edge.post("/apps", "{\"name\": \"%s\"}".formatted(app));
      }
      List<ClusterLoad.Call> calls;
      JsonNode attached =
          edge.post("/apps/app-a/dynos", "{\"command\": \"cat\", \"attach\": true}");
      try (var session = new Dialled(edge, attached)) {
        var load = new ClusterLoad(() -> edge, APPS, 2, Duration.ofMillis(100));
        try (load) {
          for (int round = 1; round <= 2; round++) {
            Thread.sleep(2_000); // some load before
            cluster.restartDatabase(round == 2, Duration.ofSeconds(3));
            long back = System.nanoTime();
            session.type("line " + round + "\n");
            session.until("line " + round + "\r\n");
            for (String app : APPS) {
              eventually(
                  app + " answers again",
                  () ->
                      load.calls().stream()
                          .anyMatch(c -> c.app().equals(app) && c.at() > back && c.granted()),
                  120);
            }
            System.out.println(
                "DatabaseDeathTest: answers again after "
                    + (System.nanoTime() - back) / 1_000_000
                    + " ms");
          }
        }
        calls = load.calls();
        System.out.println("DatabaseDeathTest: answers " + load.statuses());
      }
      for (String app : APPS) {
        eventually(
            "all of " + app + " have ended",
            () -> edge.get("/apps/" + app + "/dynos").isEmpty(),
            120);
      }
      assertTrue(
          Set.of(201, 422, 503)
              .containsAll(
                  calls.stream().map(ClusterLoad.Call::status).collect(Collectors.toSet())),
          calls::toString);
      assertEquals(0, ClusterHistory.read(cluster.url(), LIMIT).check(calls), "dynos were lost");
      List<String> lines = new ArrayList<>();
      for (String app : APPS) {
        lines.addAll(edge.logLines(app, 1_000_000));
      }
      for (ClusterLoad.Call call : calls.stream().filter(ClusterLoad.Call::granted).toList()) {
        assertEquals(
            1,
            lines.stream().filter(line -> line.endsWith(": mark-" + call.mark() + "-")).count(),
            call::toString);
      }
    }
  }
}
