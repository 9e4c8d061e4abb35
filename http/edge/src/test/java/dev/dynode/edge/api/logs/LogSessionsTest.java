package dev.dynode.edge.api.logs;

import static dev.dynode.edge.api.releases.ReleasesTest.await;
import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.edge.api.request.ApiServer;
import dev.dynode.edge.api.request.ApiServer.Reply;
import dev.dynode.edge.api.request.SchemaCheck;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Log sessions, read both ways. */
@Timeout(600)
@Tag("unit")
class LogSessionsTest {
  private static final Instant START = Instant.parse("2026-01-01T12:00:00.123456Z");
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api =
        new ApiServer(
            folder,
            "dynode.api.streams { keep-alive = 100ms, max-sessions = 60, max-open = 3, buffer = 1600 }");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static AppId app(String name) throws Exception {
    api.app(name);
    return Objects.requireNonNull(api.control.apps().get(name));
  }

  private static void log(AppId app, int number, String process) {
    api.logs.append(app, new LogLine(START.plusMillis(number), "app", process, "line " + number));
  }

  private static String session(String app, String body) throws Exception {
    Reply made = api.post("/apps/" + app + "/log-sessions", body);
    assertEquals(201, made.status(), () -> made.json().toString());
    SchemaCheck.one("log-session", made.json());
    return made.json().path("logplex_url").asText();
  }

  private static HttpResponse<InputStream> open(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return api.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  @Test
  void theLastLinesAreReadPlainly() throws Exception {
    AppId app = app("plain-logs");
    for (int i = 0; i < 10; i++) {
      log(app, i, i % 2 == 0 ? "web.1" : "run.12");
    }
    try (InputStream in = open(session("plain-logs", "{'lines': 2, 'dyno': 'run'}")).body()) {
      assertEquals(
          """
          2026-01-01T12:00:00.130456+00:00 app[run.12]: line 7
          2026-01-01T12:00:00.132456+00:00 app[run.12]: line 9
          """,
          new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    try (InputStream in = open(session("plain-logs", "{'source': 'heroku'}")).body()) {
      assertEquals(0, in.readAllBytes().length);
    }
  }

  @Test
  void eventsStartWithRetryAndEndCleanly() throws Exception {
    AppId app = app("event-logs");
    log(app, 1, "web.1");
    api.logs.append(app, new LogLine(START.plusMillis(2), "app", "web.1", "a\rid: x\nb"));
    HttpResponse<InputStream> response =
        open(session("event-logs", "{'lines': 100}"), "Accept", "text/event-stream");
    assertTrue(
        response.headers().firstValue("content-type").orElse("").startsWith("text/event-stream"));
    try (InputStream in = response.body()) {
      String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(all.startsWith("retry: 1\n\nid: "), all);
      assertTrue(all.contains("data: 2026-01-01T12:00:00.124456+00:00 app[web.1]: line 1\n\n"));
      assertTrue(all.contains("app[web.1]: a^Mid: x^Jb\n\n"), all);
    }
  }

  private record Event(String id, String data) {}

  private static Event next(BufferedReader in) throws Exception {
    String id = "";
    String line;
    while ((line = in.readLine()) != null) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      }
      if (line.startsWith("data: ")) {
        return new Event(id, line.substring(line.lastIndexOf("line ")));
      }
    }
    throw new AssertionError("the stream ended");
  }

  @Test
  void aTailFollowsIsKeptAliveAndResumes() throws Exception {
    AppId app = app("tail-logs");
    log(app, 1, "web.1");
    String url = session("tail-logs", "{'lines': 5, 'tail': true}");
    int before = api.logs.followers();
    Event last;
    try (var in = reader(open(url, "Accept", "text/event-stream"))) {
      assertEquals("line 1", next(in).data());
      log(app, 2, "web.1");
      last = next(in);
      assertEquals("line 2", last.data());
      String line;
      do {
        line = in.readLine();
      } while (!":".equals(line));
    }
    log(app, 3, "web.1");
    await(() -> api.logs.followers() == before);
    log(app, 4, "web.1");
    try (var in = reader(open(url, "Accept", "text/event-stream", "Last-Event-ID", last.id()))) {
      assertEquals("line 3", next(in).data());
      assertEquals("line 4", next(in).data());
      log(app, 5, "web.1");
      assertEquals("line 5", next(in).data());
    }
    try (var in = reader(open(url, "Accept", "text/event-stream", "Last-Event-ID", "strange"))) {
      assertEquals("line 1", next(in).data());
    }
    await(() -> api.logs.followers() == before);
  }

  @Test
  void aPlainTailIsKeptAliveByEmptyLines() throws Exception {
    AppId app = app("quiet-logs");
    try (var in = reader(open(session("quiet-logs", "{'tail': true}")))) {
      assertEquals("", in.readLine());
      log(app, 7, "web.1");
      String line;
      do {
        line = in.readLine();
      } while ("".equals(line));
      assertEquals("2026-01-01T12:00:00.130456+00:00 app[web.1]: line 7", line);
    }
  }

  private static BufferedReader reader(HttpResponse<InputStream> response) {
    assertEquals(200, response.statusCode());
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  @Test
  void aSlowReaderIsToldWhatItLost() throws Exception {
    AppId app = app("slow-logs");
    String url = session("slow-logs", "{'tail': true}");
    HttpResponse<InputStream> response = open(url);
    String text = "x".repeat(9000);
    for (int i = 0; i < 6000; i++) {
      api.logs.append(app, new LogLine(START.plusMillis(i), "app", "web.1", text));
    }
    try (var in = reader(response)) {
      int whole = 0;
      while (true) {
        String line = Objects.requireNonNull(in.readLine());
        if (line.contains("heroku[logplex]: Error L11 (Tail buffer overflow) -> ")) {
          break;
        }
        whole += line.isEmpty() ? 0 : 1;
        // As lines are read, there is room again, and the next line brings the news.
        api.logs.append(app, new LogLine(START.plusSeconds(60), "app", "web.1", "after"));
      }
      assertTrue(whole >= 1600 && whole < 6000, () -> "the reader lost nothing, or too much");
    }
  }

  @Test
  void unknownAndOldSessionsAreNotFound() throws Exception {
    app("old-logs");
    String url = session("old-logs", "{}");
    problem(api.send(HttpRequest.newBuilder(api.uri("/streams/unknown"))), 404, "not_found");
    api.ahead.set(Duration.ofSeconds(361));
    try {
      problem(api.send(HttpRequest.newBuilder(URI.create(url))), 404, "not_found");
    } finally {
      api.ahead.set(Duration.ZERO);
    }
    problem(api.post("/apps/old-logs/log-sessions", "{'lines': 'all'}"), 422, "invalid_params");
  }

  @Test
  void sessionsAndStreamsAreCounted(@TempDir Path folder) throws Exception {
    try (var small =
        new ApiServer(folder, "dynode.api.streams { max-sessions = 2, max-open = 1 }")) {
      small.app("some-app");
      JsonNode one = small.post("/apps/some-app/log-sessions", "{'tail': true}").json();
      assertEquals(201, small.post("/apps/some-app/log-sessions", "{}").status());
      problem(small.post("/apps/some-app/log-sessions", "{}"), 503, "service_unavailable");
      URI url = URI.create(one.path("logplex_url").asText());
      HttpResponse<InputStream> first =
          small.client.send(
              HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = first.body()) {
        problem(small.send(HttpRequest.newBuilder(url)), 503, "service_unavailable");
        assertEquals(0, in.available());
      }
    }
  }
}
