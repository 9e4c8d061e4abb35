package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node whose journal rejects and fails. */
@Timeout(600)
@Tag("process")
class JournalFaultsTest {
  /** Far less than the 20 s that an actor is waited for. */
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  private static final int CALLS = 120;

  @TempDir private static Path folder;
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static NodeProcess node;

  @BeforeAll
  static void start() throws Exception {
    System.out.println("-Dseed=" + SEED);
    var config = new ArrayList<>(List.of(FaultyJournal.config(percents(), SEED)));
    config.add("dynode.apps.check-names-after = 25 s"); // longer than a call may take
    config.add("dynode.api.rate-limit { burst = 1000000, per-minute = 1000000 }");
    node =
        NodeProcess.start(
            NodeProgram.server(System.getProperty("java.class.path")),
            folder.resolve("data"),
            List.of(),
            config.toArray(String[]::new));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Path percents() {
    return folder.resolve("percents");
  }

  /** How often a write is rejected, fails before or after it is made, and a read fails. */
  private static void faults(int reject, int before, int after, int read) throws IOException {
    Path next = folder.resolve("next");
    Files.writeString(next, "%d %d %d %d".formatted(reject, before, after, read));
    Files.move(
        next,
        percents(),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  @AfterEach
  void heal() throws IOException {
    Files.deleteIfExists(percents());
  }

  private static HttpResponse<String> soon(String method, String path, @Nullable String body)
      throws Exception {
    long from = System.nanoTime();
    HttpResponse<String> answer = node.call(method, path, body);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(
        took.compareTo(AT_ONCE) < 0, () -> method + " " + path + " took " + took + ": " + answer);
    return answer;
  }

  @Test
  void aRejectedWriteIsAnsweredAtOnceAndTheNextIsWritten() throws Exception {
    node.post("/apps", "{\"name\": \"rejects\"}");
    faults(100, 0, 0, 0);
    for (String body : List.of("{\"A\": \"1\"}", "{\"A\": \"2\"}")) {
      HttpResponse<String> answer = soon("PATCH", "/apps/rejects/config-vars", body);
      assertEquals(503, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("Nothing was done"), answer.body());
    }
    HttpResponse<String> run = soon("POST", "/apps/rejects/dynos", "{\"command\": \"true\"}");
    assertTrue(run.body().contains("Nothing was done"), run.body());
    heal();
    assertEquals(200, soon("PATCH", "/apps/rejects/config-vars", "{\"B\": \"3\"}").statusCode());
    assertEquals(
        "{\"B\":\"3\"}",
        soon("GET", "/apps/rejects/config-vars", null).body().replaceAll("\\s", ""));
    assertEquals(201, soon("POST", "/apps/rejects/dynos", "{\"command\": \"true\"}").statusCode());
  }

  @Test
  void aFailedWriteIsAnsweredAsPerhapsDone() throws Exception {
    node.post("/apps", "{\"name\": \"fails\"}");
    faults(0, 0, 100, 0);
    HttpResponse<String> answer = soon("PATCH", "/apps/fails/config-vars", "{\"A\": \"1\"}");
    assertEquals(503, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("Idempotency-Key"), answer.body());
    heal();
    eventually(
        "it was written", () -> node.get("/apps/fails/config-vars").path("A").asText().equals("1"));
    assertEquals(200, soon("PATCH", "/apps/fails/config-vars", "{\"A\": \"2\"}").statusCode());
  }

  @Test
  void aFullQueueOfWritesIsToldAtOnceAndForgotten() throws Exception {
    try (NodeProcess small =
            NodeProcess.start(folder.resolve("small"), "dynode.journal.max-waiting-writes = 1");
        var clients = Executors.newFixedThreadPool(16)) {
      List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
      for (int app = 0; app < 16; app++) {
        String name = "app-" + app;
        eventually(
            name + " is there",
            () -> small.call("POST", "/apps", "{\"name\": \"" + name + "\"}").statusCode() != 503);
        for (int i = 0; i < 8; i++) {
          String body = "{\"V" + i + "\": \"x\"}";
          calls.add(() -> small.call("PATCH", "/apps/" + name + "/config-vars", body));
        }
      }
      long from = System.nanoTime();
      int full = 0;
      for (Future<HttpResponse<String>> each : clients.invokeAll(calls)) {
        HttpResponse<String> answer = each.get();
        if (answer.statusCode() != 200) {
          full++;
          assertEquals(503, answer.statusCode(), answer.body());
          assertTrue(answer.body().contains("the journal is full"), answer.body());
          assertTrue(answer.body().contains("Nothing was done"), answer.body());
        }
      }
      System.out.println(full + " of " + calls.size() + " writes found the journal full");
      assertTrue(System.nanoTime() - from < AT_ONCE.multipliedBy(4).toNanos());
      for (int app = 0; app < 16; app++) {
        String path = "/apps/app-" + app + "/config-vars";
        eventually(
            path + " goes on",
            () -> small.call("PATCH", path, "{\"END\": \"x\"}").statusCode() == 200);
      }
    }
  }

  @Test
  void anAppThatWasNotCreatedLeavesItsNameFree() throws Exception {
    faults(100, 0, 0, 0);
    assertEquals(503, soon("POST", "/apps", "{\"name\": \"never\"}").statusCode());
    heal();
    assertEquals(201, soon("POST", "/apps", "{\"name\": \"never\"}").statusCode());
  }

  @Test
  void anAppIsListedOnceHoweverItsRenameFails() throws Exception {
    node.post("/apps", "{\"name\": \"before\"}");
    var random = new Random(SEED);
    for (int i = 0; i < 6; i++) {
      faults(20, 20, 20, 0);
      soon("PATCH", "/apps/before", "{\"name\": \"after-" + random.nextInt(3) + "\"}");
      heal();
      JsonNode apps = node.get("/apps");
      Set<String> ids = new HashSet<>();
      apps.forEach(app -> assertTrue(ids.add(app.path("id").asText()), apps.toString()));
    }
    eventually(
        "every name it does not have is free",
        () -> {
          Set<String> free = new HashSet<>();
          for (String name : List.of("before", "after-0", "after-1", "after-2")) {
            if (node.call("GET", "/apps/" + name, null).statusCode() == 404) {
              free.add(name);
            }
          }
          return free.size() == 3;
        });
  }

  @Test
  void anyFaultIsOneCallsOwn() throws Exception {
    List<String> apps = List.of("one", "two", "three");
    for (String app : apps) {
      node.post("/apps", "{\"name\": \"" + app + "\"}");
    }
    var random = new Random(SEED);
    List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      calls.add(call(apps.get(random.nextInt(apps.size())), i, random.nextInt(6)));
    }
    faults(8, 4, 4, 4);
    try (var clients = Executors.newFixedThreadPool(8)) {
      for (Future<HttpResponse<String>> each : clients.invokeAll(calls)) {
        HttpResponse<String> answer = each.get();
        assertTrue(
            answer.statusCode() / 100 <= 4 || answer.statusCode() == 503,
            answer.statusCode() + " " + answer.body());
        assertFalse(answer.body().contains("not answered in time"), answer.body());
      }
    }
    heal();
    for (String app : apps) {
      eventually(
          app + " goes on",
          () ->
              soon("PATCH", "/apps/" + app + "/config-vars", "{\"END\": \"x\"}").statusCode()
                  == 200);
      eventually("its dynos end", () -> node.get("/apps/" + app + "/dynos").isEmpty());
    }
    String verified = node.call("POST", "/verification", "").body();
    String told = node.log();
    assertTrue(verified.contains("\"divergences\":0"), () -> verified + told);
  }

  private static Callable<HttpResponse<String>> call(String app, int i, int kind) {
    String path = "/apps/" + app;
    return () ->
        switch (kind) {
          case 0, 1 -> soon("PATCH", path + "/config-vars", "{\"V" + i + "\": \"" + i + "\"}");
          case 2 -> soon("POST", path + "/dynos", "{\"command\": \"sleep 0.1\"}");
          case 3 -> soon("GET", path + "/dynos", null);
          case 4 -> soon("PATCH", path, "{\"maintenance\": " + (i % 2 == 0) + "}");
          default -> soon("POST", path + "/formations/run/actions/stop", null);
        };
  }
}
