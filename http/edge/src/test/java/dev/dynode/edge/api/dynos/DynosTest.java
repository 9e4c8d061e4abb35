package dev.dynode.edge.api.dynos;

import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.edge.api.request.ApiServer;
import dev.dynode.edge.api.request.ApiServer.Reply;
import dev.dynode.edge.api.request.SchemaCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One-off dynos. */
@Tag("unit")
class DynosTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    api.close();
  }

  private static DynoId end(JsonNode dyno, int status) throws Exception {
    var id = DynoId.of(dyno.path("id").asText());
    AppId app = AppId.of(dyno.path("app").path("id").asText());
    for (DynoCommand command :
        List.of(
            new DynoCommand.ReportPrepared(1),
            new DynoCommand.ReportStarted(1, 77),
            new DynoCommand.ReportExited(1, status))) {
      api.control.tell(app, id.toString(), command).toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
    return id;
  }

  /** As {@code heroku run bash} asks. */
  @Test
  void anAttachedDynoTellsWhereToAttach() throws Exception {
    api.app("attach-app");
    Reply made =
        api.post(
            "/apps/attach-app/dynos",
            "{'attach': true, 'command': 'bash', 'env': {'TERM': 'xterm', 'COLUMNS': 100, 'LINES':"
                + " 30, 'X': true}, 'unknown': {}}");
    assertEquals(201, made.status());
    SchemaCheck.one("dyno", made.json());
    assertEquals("starting", made.json().path("state").asText());
    assertEquals("run", made.json().path("type").asText());
    assertTrue(made.json().path("name").asText().matches("run\\.[0-9]{4}"));
    assertTrue(made.json().path("attach_url").asText().startsWith("rendezvous://"));
    assertEquals("Standard-1X", made.json().path("size").asText());
    Requested asked = requested("attach-app", made.json());
    assertEquals(100, asked.spec().columns());
    assertEquals(
        Map.of("TERM", "xterm", "COLUMNS", "100", "LINES", "30", "X", "true"), asked.spec().env());
    assertTrue(asked.spec().terminal());
    JsonNode plain =
        api.post(
                "/apps/attach-app/dynos",
                "{'attach': true, 'command': 'cat', 'force_no_tty': true}")
            .json();
    assertFalse(requested("attach-app", plain).spec().terminal());
    SchemaCheck.each("dyno", api.get("/apps/attach-app/dynos").json());
  }

  private static Requested requested(String app, JsonNode dyno) throws Exception {
    AppId id = Objects.requireNonNull(api.control.apps().get(app));
    return Objects.requireNonNull(
        api.control.state(id).roster().get(DynoId.of(dyno.path("id").asText())));
  }

  @Test
  void aDetachedDynoLivesAndIsRemembered() throws Exception {
    api.app("detached-app");
    JsonNode made =
        api.post(
                "/apps/detached-app/dynos",
                "{'command': 'rake', 'size': 'standard-2x', 'type': 'job', 'time_to_live': 60}")
            .json();
    assertTrue(made.has("attach_url") && made.path("attach_url").isNull());
    assertEquals("Standard-2X", made.path("size").asText());
    String name = made.path("name").asText();
    String id = made.path("id").asText();
    assertEquals(made, api.get("/apps/detached-app/dynos/" + name).json());
    end(made, 3);
    assertTrue(api.get("/apps/detached-app/dynos").json().isEmpty());
    JsonNode all = api.get("/apps/detached-app/dynos?all=true").json();
    assertEquals(1, all.size());
    for (JsonNode ended : List.of(all.path(0), api.get("/apps/detached-app/dynos/" + id).json())) {
      SchemaCheck.one("dyno", ended);
      assertEquals("complete", ended.path("state").asText());
      assertEquals(3, ended.path("exit_status").asInt());
      assertEquals("exited", ended.path("cause").asText());
      assertTrue(ended.path("ended_at").isTextual());
    }
    JsonNode events = api.get("/apps/detached-app/dynos/" + name + "/events").json();
    assertEquals(
        List.of("Created", "Placed", "Started", "BecameUp", "Exited", "Retired"),
        events.valueStream().map(event -> event.path("type").asText()).toList());
    assertEquals(1, events.path(0).path("sequence").asInt());
    problem(api.get("/apps/detached-app/dynos/run.1/events"), 404, "not_found");
  }

  private static AppCommand.RunDyno run(DynoId id, int dice) {
    return new AppCommand.RunDyno(
        "me@example.com",
        id,
        dice,
        "x",
        "run",
        Optional.empty(),
        false,
        false,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  /** So many that the app remembers nothing of it but what the journal has. */
  @Test
  void aDynoThatEndedLongAgoIsKnownByItsId() throws Exception {
    api.app("old-app");
    api.app("other-app");
    JsonNode first = api.post("/apps/old-app/dynos", "{'command': 'first'}").json();
    end(first, 7);
    AppId app = AppId.of(first.path("app").path("id").asText());
    for (int i = 0; i < 1_000; i++) {
      var dyno = new DynoId(new UUID(3, i));
      api.control.run(app, run(dyno, i)).toCompletableFuture().get(5, TimeUnit.SECONDS);
      api.control
          .tell(app, dyno.toString(), new DynoCommand.ReportLost(1, "gone"))
          .toCompletableFuture()
          .get(5, TimeUnit.SECONDS);
    }
    assertFalse(
        api.control.state(app).finished().containsKey(DynoId.of(first.path("id").asText())));
    String id = first.path("id").asText();
    String path = "/apps/old-app/dynos/" + id;
    assertEquals(7, api.get(path).json().path("exit_status").asInt());
    assertEquals("first", api.get(path).json().path("command").asText());
    assertEquals(202, api.post(path + "/actions/stop", "{}").status());
    assertEquals(202, api.post(path + "/actions/resize", "{'columns': 9, 'lines': 9}").status());
    for (String unknown :
        List.of(
            "/apps/other-app/dynos/" + id,
            "/apps/old-app/dynos/" + new DynoId(new UUID(1, 2)),
            "/apps/old-app/dynos/run.1")) {
      problem(api.get(unknown), 404, "not_found");
      problem(api.post(unknown + "/actions/stop", "{}"), 404, "not_found");
    }
  }

  @Test
  void aCommandMayBeAnArray() throws Exception {
    api.app("array-app");
    JsonNode made =
        api.post("/apps/array-app/dynos", "{'command': ['echo', 'a b', '', 'x=1', 'it\\u0027s']}")
            .json();
    assertEquals("echo 'a b' '' x=1 'it'\\''s'", made.path("command").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'command': 5}",
        "{'command': ['a', 1]}",
        "{'command': ''}",
        "{'command': 'x', 'attach': 'yes'}",
        "{'command': 'x', 'env': []}",
        "{'command': 'x', 'env': {'A': {}}}",
        "{'command': 'x', 'env': {'A': null}}",
        "{'command': 'x', 'time_to_live': 0}",
        "{'command': 'x', 'time_to_live': 86401}",
        "{'command': 'x', 'time_to_live': 1e40}",
        "{'command': 'x', 'size': 'Huge'}",
        "{'command': 'x', 'size': 'Eco'}",
        "{'command': 'x', 'type': 'no type'}"
      })
  void wrongRequestsAreRefused(String body) throws Exception {
    api.post("/apps", "{'name': 'wrong-app'}");
    problem(api.post("/apps/wrong-app/dynos", body), 422, "invalid_params");
    assertTrue(api.get("/apps/wrong-app/dynos?all=true").json().isEmpty());
  }

  @Test
  void theLimitIsToldWithWhoIsRunning() throws Exception {
    api.post("/apps", "{'name': 'eco-app', 'process_tier': 'eco'}");
    String running =
        api.post("/apps/eco-app/dynos", "{'command': 'one'}").json().path("name").asText();
    Reply over = api.post("/apps/eco-app/dynos", "{'command': 'two'}");
    problem(over, 422, "cannot_run_above_limit");
    var keys = new HashSet<String>();
    over.json().fieldNames().forEachRemaining(keys::add);
    assertEquals(Set.of("id", "limit", "size", "message", "url", "running"), keys);
    assertEquals(1, over.json().path("limit").asInt());
    assertEquals("Eco", over.json().path("size").asText());
    assertEquals("Cannot run more than 1 Eco size dynos.", over.json().path("message").asText());
    assertEquals(
        "https://devcenter.heroku.com/articles/dyno-size#default-scaling-limits",
        over.json().path("url").asText());
    assertTrue(over.header("warning-message").contains(running));
  }

  @Test
  void aKeyMakesOneDynoHoweverOftenItIsSent() throws Exception {
    api.app("key-app");
    Callable<String> create =
        () ->
            api.post("/apps/key-app/dynos", "{'command': 'once'}", "Idempotency-Key", "k1")
                .json()
                .path("id")
                .asText();
    Set<String> ids = new HashSet<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls = new ArrayList<java.util.concurrent.Future<String>>();
      for (int i = 0; i < 20; i++) {
        calls.add(threads.submit(create));
      }
      for (var call : calls) {
        ids.add(call.get(20, TimeUnit.SECONDS));
      }
    }
    assertEquals(1, ids.size());
    JsonNode dynos = api.get("/apps/key-app/dynos").json();
    assertEquals(1, dynos.size());
    end(dynos.path(0), 4);
    Reply again = api.post("/apps/key-app/dynos", "{'command': 'once'}", "Idempotency-Key", "k1");
    assertEquals(201, again.status());
    assertEquals(dynos.path(0).path("id"), again.json().path("id"));
    assertEquals(4, again.json().path("exit_status").asInt());
    problem(
        api.post("/apps/key-app/dynos", "{'command': 'other'}", "Idempotency-Key", "k1"),
        409,
        "conflict");
    problem(
        api.post("/apps/key-app/dynos", "{'command': 'x'}", "Idempotency-Key", "k".repeat(256)),
        422,
        "invalid_params");
  }

  @Test
  void dynosAreStopped() throws Exception {
    api.app("stop-app");
    String dynos = "/apps/stop-app/dynos";
    for (String way : new String[] {"POST /actions/stop", "DELETE "}) {
      JsonNode made = api.post(dynos, "{'command': 'bash', 'attach': true}").json();
      String[] parts = way.split(" ", 2);
      Reply stopped = api.call(parts[0], dynos + "/" + made.path("name").asText() + parts[1], "");
      assertEquals(202, stopped.status());
      assertTrue(stopped.json().isObject() && stopped.json().isEmpty(), "as the schema wants it");
      JsonNode ended = api.get(dynos + "/" + made.path("id").asText()).json();
      assertEquals("stopped", ended.path("cause").asText());
      assertEquals(143, ended.path("exit_status").asInt());
    }
    problem(api.post(dynos + "/run.1/actions/stop", ""), 404, "not_found");
  }

  @Test
  void restartingAllTouchesNoOneOffButTypesCanBeStopped() throws Exception {
    api.app("types-app");
    String dynos = "/apps/types-app/dynos";
    for (String type : new String[] {"run", "run", "job"}) {
      api.post(dynos, "{'command': 'x', 'attach': true, 'type': '" + type + "'}");
    }
    Reply restart = api.call("DELETE", dynos, "");
    assertEquals(202, restart.status());
    assertTrue(restart.json().isObject() && restart.json().isEmpty());
    assertEquals(3, api.get(dynos).json().size());
    assertEquals(202, api.post("/apps/types-app/formations/run/actions/stop", "").status());
    assertEquals(List.of("job"), api.get(dynos).json().findValuesAsText("type"));
    assertEquals(202, api.call("DELETE", "/apps/types-app/formations/job", "").status());
    assertTrue(api.get(dynos).json().isEmpty());
  }

  @Test
  void aTerminalIsResized() throws Exception {
    api.app("size-app");
    JsonNode made = api.post("/apps/size-app/dynos", "{'command': 'bash', 'attach': true}").json();
    String path = "/apps/size-app/dynos/" + made.path("name").asText() + "/actions/resize";
    assertEquals(202, api.post(path, "{'columns': 132, 'lines': 50}").status());
    problem(api.post(path, "{'columns': 132}"), 422, "invalid_params");
    problem(api.post(path, "{'columns': 0, 'lines': 1}"), 422, "invalid_params");
  }

  @Test
  void aFullInstallationIsUnavailable(@TempDir Path folder) throws Exception {
    try (var full = new ApiServer(folder)) {
      full.app("full-app");
      full.control.refuseDynos(new Refusal(Refusal.Reason.NO_ROOM, "No host has room.", Map.of()));
      Reply reply = full.post("/apps/full-app/dynos", "{'command': 'x'}");
      problem(reply, 503, "no_room");
      assertFalse(reply.header("retry-after").isEmpty());
    }
  }
}
