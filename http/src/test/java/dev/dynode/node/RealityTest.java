package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Recording;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.run.Journal;
import dev.dynode.simulator.run.Simulation;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.ScenarioFile;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same requests to the real node with real processes, and to the simulator: the same are
 * refused, and waits and lives are equal within bounds.
 */
@Timeout(180)
class RealityTest {
  private static final int LIMIT = 3;

  /** The first whose requests are robust. */
  private static final long SEED = 141;

  private static final int REQUESTS = 30;

  /** A machine under load starts a process within these seconds; outcomes must not hang on less. */
  private static final double SLOW = .4;

  @TempDir private Path folder;

  /** What became of a request that was granted, in seconds. */
  private record Told(double delay, double life) {}

  /** Requests at random, half a second apart on average, each for one and a half. */
  private static List<Request> requests(long seed) {
    var dice = new Dice(seed);
    List<Request> requests = new ArrayList<>();
    double at = 0;
    for (int i = 0; i < REQUESTS; i++) {
      at += dice.exponential(.5);
      long runs = (long) ((.1 + dice.exponential(1.4)) * 1e9);
      requests.add(
          new Request(
              (long) (at * 1e9),
              "sleep",
              Optional.empty(),
              false,
              Optional.empty(),
              Behaviour.lasting(runs)));
    }
    return requests;
  }

  /** By index, those that were granted. */
  private static Map<Integer, Told> simulated(List<Request> requests, double start) {
    Scenario plain =
        ScenarioFile.parse(
            String.format(
                Locale.ROOT,
                """
                name = reality, limits.standard = %d, hosts.start-time = %f
                apps = [{ name = none, loads = [{ arrivals { per-hour = 1 }, duration = 1 }] }]
                """,
                LIMIT,
                start),
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
    Map<Integer, Told> granted = new TreeMap<>();
    var journal =
        new Journal() {
          @Override
          public void app(SimApp app, AppEvent event, AppState after, long now) {}

          @Override
          public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
            if (after instanceof DynoState.Retired ended) {
              Instant asked = scenario.start().plusNanos(dyno.request.at());
              Instant started = ended.startedAt().orElseThrow();
              granted.put(
                  requests.indexOf(dyno.request),
                  new Told(seconds(asked, started), seconds(started, ended.endedAt())));
            }
          }
        };
    new Simulation(scenario, journal).run(Duration.ofHours(1).toNanos());
    return granted;
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  /** Five at least are refused, and the same whether starts are quick or slow. */
  private static boolean robust(List<Request> requests) {
    var granted = simulated(requests, 0).keySet();
    return granted.size() <= REQUESTS - 5
        && IntStream.rangeClosed(1, 8)
            .allMatch(i -> granted.equals(simulated(requests, SLOW * i / 8).keySet()));
  }

  @Test
  void theNodeDoesWhatTheSimulatorSays() throws Exception {
    List<Request> requests = requests(SEED);
    assertTrue(robust(requests), "its outcome hangs on how long a start takes");
    Map<Integer, Told> simulated = simulated(requests, .03);
    Map<Integer, String> granted = new TreeMap<>();
    try (NodeProcess node =
        NodeProcess.start(
            folder.resolve("data"), "dynode.apps.one-off-limits.standard = " + LIMIT)) {
      node.post("/apps", "{\"name\": \"real\"}");
      node.post("/apps/real/dynos", "{\"command\": \"true\"}"); // the first start is slower
      NodeProcess.eventually("it ends", () -> node.get("/apps/real/dynos").isEmpty());
      long began = System.nanoTime();
      for (int i = 0; i < requests.size(); i++) {
        Request request = requests.get(i);
        TimeUnit.NANOSECONDS.sleep(began + request.at() - System.nanoTime());
        String body =
            String.format(
                Locale.ROOT, "{\"command\": \"sleep %.6f\"}", request.behaviour().runs() / 1e9);
        var answer = node.call("POST", "/apps/real/dynos", body);
        if (answer.statusCode() == 201) {
          granted.put(i, new ObjectMapper().readTree(answer.body()).path("name").asText());
        }
      }
      NodeProcess.eventually("all end", () -> node.get("/apps/real/dynos").isEmpty());
      assertEquals(simulated.keySet(), granted.keySet(), "granted requests");
      for (Map.Entry<Integer, String> one : granted.entrySet()) {
        JsonNode events = node.get("/apps/real/dynos/" + one.getValue() + "/events");
        Told told = Objects.requireNonNull(simulated.get(one.getKey()));
        double delay = seconds(at(events, "Created"), at(events, "Started"));
        double life = seconds(at(events, "Started"), at(events, "Exited"));
        String what =
            "%s: waited %.3f s, simulated %.3f; lived %.3f s, simulated %.3f"
                .formatted(one.getValue(), delay, told.delay(), life, told.life());
        assertTrue(Math.abs(delay - told.delay()) < SLOW, what);
        assertTrue(Math.abs(life - told.life()) < SLOW, what);
      }
    }
  }

  private static Instant at(JsonNode events, String type) {
    return events
        .valueStream()
        .filter(event -> event.path("type").asText().equals(type))
        .map(event -> Instant.parse(event.path("at").asText()))
        .findFirst()
        .orElseThrow();
  }
}
