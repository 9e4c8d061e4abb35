package dev.dynode.edge.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.edge.api.request.ApiServer.Reply;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every request. */
@Tag("unit")
public class ProtocolTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    api.close();
  }

  public static void problem(Reply reply, int status, String id) {
    assertEquals(status, reply.status(), () -> reply.json().toString());
    assertEquals(id, reply.json().path("id").asText());
    assertFalse(reply.json().path("message").asText().isEmpty());
    assertEquals("application/json", reply.header("content-type"));
    assertFalse(reply.header("request-id").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.heroku+json; version=3",
        "application/vnd.heroku+json;version=3.sdk",
        "text/html, application/vnd.heroku+json; version=3.account-quotas"
      })
  void versionsOf3AreAccepted(String accept) throws Exception {
    Reply reply =
        api.send(
            HttpRequest.newBuilder(api.uri("/account"))
                .header("Accept", accept)
                .header("Authorization", "Bearer " + api.token));
    assertEquals(200, reply.status());
    SchemaCheck.one("account", reply.json());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/*",
        "application/json",
        "application/vnd.heroku+json",
        "application/vnd.heroku+json; version=4"
      })
  void othersAreNot(String accept) throws Exception {
    Reply reply =
        api.send(
            HttpRequest.newBuilder(api.uri("/account"))
                .header("Accept", accept)
                .header("Authorization", "Bearer " + api.token));
    problem(reply, 406, "not_acceptable");
    assertTrue(reply.json().path("message").asText().contains(ApiServer.ACCEPT));
  }

  @Test
  void theTokenMayBeABasicPassword() throws Exception {
    for (String user : new String[] {"", "me@example.com"}) {
      String basic =
          Base64.getEncoder()
              .encodeToString((user + ":" + api.token).getBytes(StandardCharsets.UTF_8));
      assertEquals(
          200,
          api.send(
                  HttpRequest.newBuilder(api.uri("/account"))
                      .header("Accept", ApiServer.ACCEPT)
                      .header("Authorization", "Basic " + basic))
              .status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer wrong", "Bearer", "Basic !!!", "Basic d3Jvbmc=", "Digest x"})
  void withoutATokenNothingIsTold(String authorization) throws Exception {
    for (String path : new String[] {"/account", "/apps/unknown", "/nowhere"}) {
      Reply reply =
          api.send(
              HttpRequest.newBuilder(api.uri(path))
                  .header("Accept", ApiServer.ACCEPT)
                  .header("Authorization", authorization));
      problem(reply, 401, "unauthorized");
    }
    problem(
        api.send(HttpRequest.newBuilder(api.uri("/account")).header("Accept", ApiServer.ACCEPT)),
        401,
        "unauthorized");
  }

  @Test
  void unknownPathsAndMethodsAreNotFound() throws Exception {
    problem(api.get("/nowhere"), 404, "not_found");
    problem(api.get("/apps/a/b/c/d"), 404, "not_found");
    problem(api.call("PUT", "/apps", "{}"), 404, "not_found");
    problem(api.get("/apps/no-such-app"), 404, "not_found");
    assertEquals("app", api.get("/apps/no-such-app/dynos").json().path("resource").asText());
    assertEquals(
        "Couldn't find that app.",
        api.get("/apps/" + UUID.randomUUID()).json().path("message").asText());
  }

  @Test
  void requestIdsAreKept() throws Exception {
    String mine = UUID.randomUUID() + "," + UUID.randomUUID();
    String told = api.get("/account", "Request-Id", mine).header("request-id");
    assertTrue(told.endsWith("," + mine), told);
    UUID.fromString(told.substring(0, 36));
    assertNotEquals(
        api.get("/account").header("request-id"), api.get("/account").header("request-id"));
    String long7k = (UUID.randomUUID() + ",").repeat(190);
    String answer = api.get("/account", "Request-Id", long7k).header("request-id");
    assertTrue(answer.length() > 6 * 1024 && answer.length() <= 7 * 1024);
  }

  @Test
  void anUnchangedAnswerIsNotSentAgain() throws Exception {
    String name = api.app("etag-app").path("name").asText();
    Reply first = api.get("/apps/" + name);
    String tag = first.header("etag");
    assertTrue(tag.startsWith("\""));
    Reply again = api.get("/apps/" + name, "If-None-Match", "\"other\", W/" + tag);
    assertEquals(304, again.status());
    assertEquals(tag, again.header("etag"));
    assertTrue(again.json().isMissingNode());
    api.call("PATCH", "/apps/" + name, "{'maintenance': true}");
    Reply changed = api.get("/apps/" + name, "If-None-Match", tag);
    assertEquals(200, changed.status());
    assertTrue(changed.json().path("maintenance").asBoolean());
  }

  @Test
  void malformedJsonIsABadRequestWithItsPlace() throws Exception {
    Reply reply = api.post("/apps", "{'name': ");
    problem(reply, 400, "bad_request");
    assertTrue(reply.json().path("message").asText().contains("line 1, column"));
    problem(api.post("/apps", "[1]"), 400, "bad_request");
    problem(api.post("/apps", "{} x"), 400, "bad_request");
    problem(api.post("/apps", "[".repeat(2000)), 400, "bad_request");
  }

  @Test
  void wrongTypesNameTheField() throws Exception {
    Reply reply = api.post("/apps", "{'name': 3}");
    problem(reply, 422, "invalid_params");
    assertTrue(reply.json().path("message").asText().startsWith("name: "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST  | /apps                         | {'name': '@'}                                       | name",
        "PATCH | /apps/text                    | {'name': '@'}                                       | name",
        "POST  | /apps/text/dynos              | {'command': 'a@'}                                   | command",
        "POST  | /apps/text/dynos              | {'command': ['a', '@']}                             | command",
        "POST  | /apps/text/dynos              | {'command': 'a', 'size': '@'}                       | size",
        "POST  | /apps/text/dynos              | {'command': 'a', 'type': '@'}                       | type",
        "POST  | /apps/text/dynos              | {'command': 'a', 'env': {'A': '@'}}                 | env.A",
        "POST  | /apps/text/dynos              | {'command': 'a', 'env': {'A@': 'b'}}                | env.A",
        "PATCH | /apps/text/config-vars        | {'A': 'x@'}                                         | A",
        "PATCH | /apps/text/config-vars        | {'B@': 'x'}                                         | B",
        "PATCH | /apps/text/config-vars        | {'B@': null}                                        | B",
        "POST  | /apps/text/slugs              | {'process_types': {'web': '@'}}                     | process_types.web",
        "POST  | /apps/text/slugs              | {'process_types': {'web@': 'x'}}                    | process_types.web",
        "POST  | /apps/text/slugs              | {'process_types': {}, 'commit': '@'}                | commit",
        "POST  | /apps/text/slugs              | {'process_types': {}, 'commit_description': '@x'}   | commit_description",
        "POST  | /apps/text/slugs              | {'buildpack_provided_description': '@'}             | buildpack_provided_description",
        "POST  | /apps/text/slugs              | {'checksum': '@'}                                   | checksum",
        "POST  | /apps/text/releases           | {'slug': '@'}                                       | slug",
        "POST  | /apps/text/releases           | {'slug': '00000000-0000-0000-0000-000000000000', 'description': '@'} | description",
        "POST  | /apps/text/log-sessions       | {'source': '@'}                                     | source"
      })
  void textThatNoEventCanHoldIsRefusedAndNamed(
      String method, String path, String body, String field) throws Exception {
    if (api.get("/apps/text").status() == 404) {
      api.app("text");
    }
    for (String bad : List.of("\\ud800", "\\udfff", "\\ude00\\ud83d", "\\u0000")) {
      Reply reply = api.call(method, path, body.replace("@", bad));
      String message = reply.json().path("message").asText();
      if (body.contains("@':") && reply.status() == 400) { // no field: where it stands is told
        assertTrue(message.contains("line 1, column"), message);
        continue;
      }
      problem(reply, 422, "invalid_params");
      assertTrue(message.startsWith(field), message);
      assertFalse(message.contains("\0"), message);
    }
    byte[] half = {(byte) 0xED, (byte) 0xA0, (byte) 0x80}; // as UTF-8 would write it, if it could
    var raw = new ByteArrayOutputStream();
    String[] around = body.replace('\'', '"').split("@", -1);
    raw.writeBytes(around[0].getBytes(StandardCharsets.UTF_8));
    raw.writeBytes(half);
    raw.writeBytes(around[1].getBytes(StandardCharsets.UTF_8));
    Reply reply =
        api.send(
            api.request(path)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(raw.toByteArray())));
    assertTrue(reply.status() == 422 || reply.status() == 400, reply.toString());
  }

  @Test
  void aMessageThatRepeatsHalfACharacterIsWritten() throws Exception {
    byte[] half = {'{', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '}'};
    Reply reply = api.send(api.request("/apps").POST(HttpRequest.BodyPublishers.ofByteArray(half)));
    problem(reply, 400, "bad_request");
  }

  @Test
  void aNumberWithoutEndIsNoText() throws Exception {
    api.app("numbers");
    for (String number : List.of("1e400", "-1e400")) {
      Reply reply = api.call("PATCH", "/apps/numbers/config-vars", "{'A': " + number + "}");
      problem(reply, 422, "invalid_params");
      assertTrue(reply.json().path("message").asText().startsWith("A: "));
    }
    assertEquals(
        "1.5",
        api.call("PATCH", "/apps/numbers/config-vars", "{'A': 1.5}").json().path("A").asText());
  }

  @Test
  void whatMayHaveBeenDoneIsTold() {
    Problem unknown = Errors.of(Failure.mayBeDone("The journal failed."));
    assertEquals(503, unknown.status());
    assertTrue(unknown.message().contains("Idempotency-Key"));
    assertTrue(unknown.message().contains("ps"));
    assertEquals(503, Errors.of(Failure.notDone("The journal is full.")).status());
    assertEquals(500, Errors.of(Failure.broken()).status());
  }

  @Test
  void bodiesHaveALimit() throws Exception {
    Reply reply = api.post("/apps", "{'x': '" + "y".repeat(1024 * 1024) + "'}");
    problem(reply, 413, "payload_too_large");
    assertEquals(200, api.get("/account").status());
  }

  @Test
  void theSchemaIsForEverybody() throws Exception {
    Reply reply = api.send(HttpRequest.newBuilder(api.uri("/schema")));
    assertEquals(200, reply.status());
    assertTrue(reply.json().path("definitions").has("dyno"));
  }

  /** As heroku-client sends every request. */
  @Test
  void aRangeOnWhatIsNoListIsIgnored() throws Exception {
    assertEquals(200, api.get("/account", "Range", "id ..; max=1000").status());
    assertEquals(
        201, api.post("/apps", "{'name': 'range-app'}", "Range", "id ..; max=1000").status());
    assertEquals(200, api.get("/apps/range-app", "Range", "nonsense").status());
  }

  @Test
  void brokenHttpIsRefusedAndTheServerGoesOn() throws Exception {
    for (String wrong :
        new String[] {
          "GET /account WITHOUT SENSE\r\n\r\n",
          "GET /account HTTP/1.1\r\nHost: x\r\nX-Big: " + "a".repeat(9000) + "\r\n\r\n",
          "GET /account HTTP/1.1\r\nHost: x\r\nContent-Length: minus\r\n\r\n",
          "GET /account HTTP/1.1\r\nHost: x\r\n" + "X-A: 1\r\n".repeat(100) + "\r\n"
        }) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        out.write(wrong.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        InputStream in = socket.getInputStream();
        String head = head(in);
        assertTrue(head.matches("(?s)HTTP/1.1 (4..|505) .*"), head);
      }
    }
    assertEquals(200, api.get("/account").status());
  }

  @Test
  void everyReasonHasItsStatusAndId() {
    Map<Refusal.Reason, String> table =
        Map.of(
            Refusal.Reason.NOT_FOUND, "404 not_found",
            Refusal.Reason.INVALID, "422 invalid_params",
            Refusal.Reason.OVER_LIMIT, "422 cannot_run_above_limit",
            Refusal.Reason.CONFLICT, "409 conflict",
            Refusal.Reason.GONE, "410 gone",
            Refusal.Reason.NO_ROOM, "503 no_room",
            Refusal.Reason.LATE, "503 service_unavailable");
    for (Refusal.Reason reason : Refusal.Reason.values()) {
      Problem problem = Errors.of(new Refusal(reason, "why", Map.of()));
      assertEquals(table.get(reason), problem.status() + " " + problem.id());
    }
  }

  @Test
  void theRateIsLimited(@TempDir Path folder) throws Exception {
    try (var slow = new ApiServer(folder, "dynode.api.rate-limit { burst = 3, per-minute = 1 }")) {
      assertEquals("2", slow.get("/account").header("ratelimit-remaining"));
      slow.get("/account");
      slow.get("/account");
      problem(slow.get("/account"), 429, "rate_limit");
      Reply free = slow.get("/account/rate-limits");
      assertEquals(200, free.status());
      assertEquals(0, free.json().path("remaining").asInt());
      SchemaCheck.one("rate-limit", free.json());
    }
  }

  @Test
  void failuresAndSilenceAreTold(@TempDir Path folder) throws Exception {
    try (var failing = new ApiServer(folder, "dynode.api.request-timeout = 1s")) {
      failing.app("some-app");
      failing.control.fallSilent();
      problem(failing.get("/apps/some-app"), 503, "service_unavailable");
    }
    try (var failing = new ApiServer(folder)) {
      failing.app("some-app");
      failing.control.breakDown();
      Reply reply = failing.get("/apps/some-app");
      problem(reply, 500, "internal_server_error");
      String id = reply.json().path("request_id").asText();
      assertEquals(reply.header("request-id"), id);
      assertFalse(reply.json().toString().contains("journal"));
    }
  }

  @Test
  void connectionsAreKept() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
      socket.setSoTimeout((int) Duration.ofSeconds(10).toMillis());
      String request =
          "GET /account/rate-limits HTTP/1.1\r\nHost: x\r\nAccept: "
              + ApiServer.ACCEPT
              + "\r\nAuthorization: Bearer "
              + api.token
              + "\r\n\r\n";
      for (String each : new String[] {request, request.replace("Bearer", "Nobody"), request}) {
        socket.getOutputStream().write(each.getBytes(StandardCharsets.US_ASCII));
        JsonNode body = readOne(socket.getInputStream());
        assertTrue(body.has("remaining") || body.path("id").asText().equals("unauthorized"));
      }
    }
  }

  private static JsonNode readOne(InputStream in) throws Exception {
    String head = head(in);
    int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r\n", at)));
    return ApiServer.JSON.readTree(in.readNBytes(length));
  }

  private static String head(InputStream in) throws Exception {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertTrue(next >= 0, "closed early");
      head.append((char) next);
    }
    return head.toString();
  }
}
