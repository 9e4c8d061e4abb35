package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.run.SimObserver;
import dev.dynode.simulator.run.Simulation;
import dev.dynode.simulator.scenario.ScenarioFile;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a host may run is a bound, however requests come together; the simulator knows the same. */
@Timeout(600)
@Tag("process")
class PlacesTest {
  private static final int PLACES = 5;
  private static final int REQUESTS = 30;
  private static final List<String> APPS = List.of("app-a", "app-b", "app-c");

  @TempDir private Path folder;

  @Test
  void ofManyAtOnceSoManyAreGrantedAsThereArePlaces() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            folder.resolve("data"),
            "dynode.host.capacity = " + PLACES,
            "dynode.apps.one-off-limits.standard = 50")) {
      for (String app : APPS) {
        node.post("/apps", "{\"name\": \"" + app + "\"}");
      }
      List<Callable<HttpResponse<String>>> creates = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        String path = "/apps/" + APPS.get(i % APPS.size()) + "/dynos";
        creates.add(() -> node.call("POST", path, "{\"command\": \"sleep 1000\"}"));
      }
      int granted = 0;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<HttpResponse<String>> each : threads.invokeAll(creates)) {
          HttpResponse<String> answer = each.get();
          if (answer.statusCode() == 201) {
            granted++;
          } else {
            assertEquals(503, answer.statusCode(), answer::body);
            assertTrue(answer.body().contains("No host has room"), answer::body);
          }
        }
      }
      assertEquals(PLACES, granted);
      JsonNode host = node.get("/hosts").path(0);
      assertEquals(PLACES, host.path("dynos").asInt(), host::toString);
      assertEquals(granted, simulated());
      String first = node.get("/apps/app-a/dynos").path(0).path("id").asText();
      if (!first.isEmpty()) { // a place is free as soon as its dyno has ended
        node.call("POST", "/apps/app-a/dynos/" + first + "/actions/stop", null);
        eventually(
            "there is a place again",
            () ->
                node.call("POST", "/apps/app-b/dynos", "{\"command\": \"sleep 1000\"}").statusCode()
                    == 201);
      }
    }
  }

  /** How many of the same requests the simulator grants. */
  private int simulated() {
    var scenario =
        ScenarioFile.parse(
            """
            name = burst, hosts.dynos = %d, limits.standard = 50
            apps = [{
              name = app, copies = %d, tier = production
              loads = [{ arrivals { storms { every = 1 h, jobs = %d } }, duration = 1 h }]
            }]
            """
                .formatted(PLACES, APPS.size(), REQUESTS / APPS.size()),
            folder,
            List.of());
    var granted = new AtomicInteger();
    var journal =
        new SimObserver() {
          @Override
          public void app(SimApp app, AppEvent event, AppState after, long now) {
            if (event instanceof AppEvent.DynoRequested) {
              granted.incrementAndGet();
            }
          }

          @Override
          public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {}
        };
    new Simulation(scenario, journal).run(Duration.ofMinutes(59).toNanos());
    return granted.get();
  }

  @Test
  void aDynoWithoutASizeIsPromisedTheMemoryOfItsTiers() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(folder.resolve("data"), "dynode.host.memory = 600 MiB")) {
      node.post("/apps", "{\"name\": \"demo\"}");
      node.post("/apps/demo/dynos", "{\"command\": \"sleep 300\"}");
      HttpResponse<String> second =
          node.call("POST", "/apps/demo/dynos", "{\"command\": \"sleep 300\"}");
      assertEquals(503, second.statusCode(), second::body);
      JsonNode host = node.get("/hosts").path(0);
      assertEquals(512 << 20, host.path("memory_reserved").asLong(), host::toString);
    }
  }
}
