package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The database of a cluster is restarted, killed with -9, and vanishes without a word, while
 * clients run dynos. {@code -Daway=N}: seconds it is out of reach.
 */
@Timeout(900)
@Order(1)
@Tag("cluster")
class DatabaseDeathTest {
  private static final int LIMIT = 40;
  private static final List<String> APPS = List.of("app-a", "app-b");

  /**
   * Of TCP: what was sent then is tried again some 23 s after its end, and so every time longer.
   */
  private static final int AWAY_SECONDS = Integer.getInteger("away", 28);

  private static final int BACK_SECONDS = 20;

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder;

  @Test
  void appsAnswerSoonAfterTheDatabaseCanBeReachedAgain() throws Exception {
    boolean possible = TestNetwork.possible();
    if (System.getenv("CI") != null) {
      assertTrue(possible, "networks cannot be made here: root and the program ip are wanted");
    }
    assumeTrue(possible, "left out: networks want root and the program ip");
    try (var network = new TestNetwork();
        var cluster = new TestCluster(folder, ClusterLoad.config(LIMIT), network)) {
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
          eventually(
              "there is load", () -> load.calls().stream().anyMatch(ClusterLoad.Call::granted), 60);
          network.unplug("one");
          network.unplug("host-a");
          long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAY_SECONDS);
          eventually("/ready says so", () -> health(network, edge, "/ready") == 503, 15);
          while (System.nanoTime() < until) {
            assertEquals(503, health(network, edge, "/ready"));
            assertEquals(200, health(network, edge, "/live"));
            Thread.sleep(200);
          }
          long back = System.nanoTime();
          network.plug("one");
          network.plug("host-a");
          for (String app : APPS) {
            eventually(
                app + " answers again",
                () ->
                    load.calls().stream()
                        .anyMatch(
                            c -> c.app().equals(app) && c.at() + c.nanos() > back && c.granted()),
                BACK_SECONDS);
          }
          long millis = (System.nanoTime() - back) / 1_000_000;
          eventually("/ready says so", () -> health(network, edge, "/ready") == 200, BACK_SECONDS);
          System.out.printf(
              "DatabaseDeathTest: out of reach for %d s; answers again after %d ms, ready after %d ms%n",
              AWAY_SECONDS, millis, (System.nanoTime() - back) / 1_000_000);
          session.type("a line\n");
          session.until("a line\r\n");
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
    }
  }

  private int health(TestNetwork network, NodeProcess node, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(
                    URI.create("http://" + network.address("one") + ":" + node.health() + path))
                .timeout(Duration.ofSeconds(20))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  @Test
  void nothingGrantedIsLostAndNoDynoEndsBecauseOfIt() throws Exception {
    try (var cluster = new TestCluster(folder, ClusterLoad.config(LIMIT), null)) {
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
