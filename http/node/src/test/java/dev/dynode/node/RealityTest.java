package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Recording;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.run.SimObserver;
import dev.dynode.simulator.run.Simulation;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.ScenarioFile;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests to the real node with real processes, and then the same to the simulator, in the order
 * that the app's journal has of requests and ends: the same are granted, whatever the machine's
 * speed.
 */
@Timeout(600)
@Tag("process")
class RealityTest {
  private static final int LIMIT = 3;
  private static final int REQUESTS = 30;

  /** Of each kind, or the comparison says little. */
  private static final int FEWEST = 5;

  @TempDir private Path folder;

  /** What became of a request: when it was decided, and how long it had a slot. */
  private record Decided(Duration at, Optional<Duration> life) {}

  /** Sends requests at random, 0.4 s apart on average, each for two seconds. */
  private static int granted(NodeProcess node, Dice dice) throws Exception {
    int granted = 0;
    for (int i = 0; i < REQUESTS; i++) {
      TimeUnit.NANOSECONDS.sleep((long) (dice.exponential(.4) * 1e9));
      String body =
          String.format(Locale.ROOT, "{\"command\": \"sleep %.6f\"}", .1 + dice.exponential(1.9));
      granted += node.call("POST", "/apps/real/dynos", body).statusCode() == 201 ? 1 : 0;
    }
    NodeProcess.eventually("all end", () -> node.get("/apps/real/dynos").isEmpty());
    return granted;
  }

  /** All decisions, as if the app's journal had an event each second. */
  private static List<Decided> decided(JsonNode events) {
    Map<String, Decided> decided = new LinkedHashMap<>();
    Duration now = Duration.ZERO;
    for (JsonNode event : events) {
      Duration at = now;
      now = now.plusSeconds(1);
      JsonNode details = event.path("details");
      switch (event.path("type").asText()) {
        case "DynoRequested" ->
            decided.put(
                details.path("spec").path("id").asText(), new Decided(at, Optional.empty()));
        case "DynoRefused" ->
            decided.put(details.path("id").asText(), new Decided(at, Optional.empty()));
        case "DynoRetired" ->
            decided.computeIfPresent(
                details.path("id").asText(),
                (_, asked) ->
                    new Decided( // its slot is free before the next event
                        asked.at(), Optional.of(at.minus(asked.at()).minusMillis(500))));
        default -> {}
      }
    }
    return List.copyOf(decided.values());
  }

  /** The indices of those that the simulator grants. */
  private static Set<Integer> simulated(List<Decided> all) {
    List<Request> requests =
        all.stream()
            .map(
                one ->
                    new Request(
                        one.at().toNanos(),
                        "sleep",
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Behaviour.lasting(one.life().orElse(Duration.ofHours(1)).toNanos())))
            .toList();
    Scenario plain =
        ScenarioFile.parse(
            """
            name = reality, limits.standard = %d, hosts.start-time = 0
            apps = [{ name = none, loads = [{ arrivals { per-hour = 1 }, duration = 1 }] }]
            """
                .formatted(LIMIT),
            Path.of("."),
            List.of());
    var scenario =
        new Scenario(
            plain.name(),
            plain.start(),
            plain.length(),
            plain.warmUp(),
            plain.zone(),
            plain.seed(),
            plain.hosts(),
            plain.policy(),
            plain.prices(),
            List.of(new AppPlan("real", 1, Tier.PRODUCTION, List.of(new Recording(requests)))));
    Set<Integer> granted = new TreeSet<>();
    var journal =
        new SimObserver() {
          @Override
          public void app(SimApp app, AppEvent event, AppState after, long now) {}

          @Override
          public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
            granted.add(requests.indexOf(dyno.request));
          }
        };
    new Simulation(scenario, journal).run(Duration.ofHours(1).toNanos());
    return granted;
  }

  @Test
  void theSimulatorGrantsWhatTheNodeDid() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("RealityTest: again with -Dseed=" + seed);
    try (NodeProcess node =
        NodeProcess.start(
            folder.resolve("data"), "dynode.apps.one-off-limits.standard = " + LIMIT)) {
      node.post("/apps", "{\"name\": \"real\"}");
      int granted = granted(node, new Dice(seed));
      List<Decided> all = decided(node.get("/apps/real/events"));
      assertEquals(REQUESTS, all.size());
      Set<Integer> really =
          IntStream.range(0, REQUESTS)
              .filter(i -> all.get(i).life().isPresent())
              .boxed()
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(granted, really.size(), "as the clients were told");
      assertTrue(granted >= FEWEST && granted <= REQUESTS - FEWEST, () -> granted + " granted");
      assertEquals(really, simulated(all));
    }
  }
}
