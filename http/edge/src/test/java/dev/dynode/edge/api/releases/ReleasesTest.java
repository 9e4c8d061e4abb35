package dev.dynode.edge.api.releases;

import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.edge.api.request.ApiServer;
import dev.dynode.edge.api.request.ApiServer.Reply;
import dev.dynode.edge.api.request.SchemaCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slugs, releases and the formation these declare. */
@Tag("unit")
public class ReleasesTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder, "dynode.api.slugs { max-size = 1MB, stall-timeout = 1s }");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static byte[] archive(int bytes) {
    byte[] archive = new byte[bytes];
    new Random(bytes).nextBytes(archive);
    return archive;
  }

  private static Reply put(String url, byte[] archive) throws Exception {
    return api.send(
        HttpRequest.newBuilder(URI.create(url))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(archive)));
  }

  private static JsonNode slug(String app, String further) throws Exception {
    Reply made =
        api.post(
            "/apps/" + app + "/slugs",
            "{'process_types': {'web': 'serve', 'worker': 'work'}" + further + "}");
    assertEquals(201, made.status(), () -> made.json().toString());
    SchemaCheck.one("slug", made.json());
    assertEquals("put", made.json().path("blob").path("method").asText());
    return made.json();
  }

  private static String url(JsonNode slug) {
    return slug.path("blob").path("url").asText();
  }

  @Test
  void aSlugIsUploadedReleasedAndRolledBack() throws Exception {
    api.app("deploy-app");
    byte[] archive = archive(300_000);
    String checksum =
        "SHA256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
    JsonNode slug =
        slug("deploy-app", ", 'commit': '0123456789abcdef', 'checksum': '" + checksum + "'");
    String id = slug.path("id").asText();
    problem(api.post("/apps/deploy-app/releases", "{'slug': '" + id + "'}"), 422, "invalid_params");
    Reply stored = put(url(slug), archive);
    assertEquals(200, stored.status());
    assertEquals(checksum, stored.json().path("checksum").asText());

    JsonNode now = api.get("/apps/deploy-app/slugs/" + id).json();
    SchemaCheck.one("slug", now);
    assertEquals(300_000, now.path("size").asInt());
    assertEquals("get", now.path("blob").path("method").asText());
    assertArrayEquals(
        archive,
        api.client
            .send(
                HttpRequest.newBuilder(URI.create(url(now))).build(),
                HttpResponse.BodyHandlers.ofByteArray())
            .body());
    problem(put(url(slug), archive), 409, "conflict");

    Reply released = api.post("/apps/deploy-app/releases", "{'slug': '" + id + "'}");
    assertEquals(201, released.status());
    SchemaCheck.one("release", released.json());
    assertEquals("Deploy 01234567", released.json().path("description").asText());
    assertTrue(released.json().path("current").asBoolean());
    assertEquals(300_000, api.get("/apps/deploy-app").json().path("slug_size").asInt());

    JsonNode formation = api.get("/apps/deploy-app/formation").json();
    SchemaCheck.each("formation", formation);
    assertEquals("serve", formation.path(0).path("command").asText());
    assertEquals(0, formation.path(0).path("quantity").asInt());
    assertEquals(formation.path(1), api.get("/apps/deploy-app/formation/worker").json());
    problem(api.get("/apps/deploy-app/formation/clock"), 404, "not_found");

    String first = api.get("/apps/deploy-app/releases/1").json().path("id").asText();
    Reply back = api.post("/apps/deploy-app/releases", "{'release': '" + first + "'}");
    assertEquals(201, back.status());
    assertEquals("Rollback to v1", back.json().path("description").asText());
    assertTrue(back.json().path("slug").isNull());
    assertEquals(back.json(), api.get("/apps/deploy-app/releases/current").json());
    assertEquals(back.json(), api.get("/apps/deploy-app/releases/v3").json());
    SchemaCheck.each("release", api.get("/apps/deploy-app/releases").json());
    problem(api.get("/apps/deploy-app/releases/9"), 404, "not_found");
    problem(api.post("/apps/deploy-app/releases", "{}"), 422, "invalid_params");
    problem(api.post("/apps/deploy-app/releases", "{'slug': 'x'}"), 404, "not_found");
    problem(api.post("/apps/deploy-app/releases", "{'release': '77'}"), 404, "not_found");
  }

  @Test
  void aBlobsAddressIsItsOnlySecretAndEnds() throws Exception {
    api.app("blob-app");
    String url = url(slug("blob-app", ""));
    char last = url.charAt(url.length() - 10);
    String forged =
        url.substring(0, url.length() - 10)
            + (last == 'A' ? 'B' : 'A')
            + url.substring(url.length() - 9);
    problem(put(forged, archive(10)), 404, "not_found");
    problem(put(url + "x", archive(10)), 404, "not_found");
    problem(api.send(HttpRequest.newBuilder(URI.create(url))), 404, "not_found");
    api.ahead.set(Duration.ofHours(2));
    try {
      problem(put(url, archive(10)), 410, "gone");
    } finally {
      api.ahead.set(Duration.ZERO);
    }
    assertEquals(200, put(url, archive(10)).status());
  }

  @Test
  void whatIsTooLargeOrNotWhatWasSaidIsNotKept() throws Exception {
    api.app("bad-app");
    JsonNode slug = slug("bad-app", ", 'checksum': 'SHA256:" + "0".repeat(64) + "'");
    long before = api.slugs.files();
    problem(put(url(slug), archive(100)), 422, "invalid_params");
    problem(put(url(slug), archive(1_000_001)), 413, "payload_too_large");
    Reply chunked =
        api.send(
            HttpRequest.newBuilder(URI.create(url(slug)))
                .PUT(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(archive(1_500_000)))));
    problem(chunked, 413, "payload_too_large");
    byte[] none = archive(900_000);
    none[0] = 'X';
    Reply rejected = put(url(slug), none);
    problem(rejected, 422, "invalid_params");
    assertEquals("This is no archive.", rejected.json().path("message").asText());
    assertEquals(before, api.slugs.files());
    assertTrue(
        api.get("/apps/bad-app/slugs/" + slug.path("id").asText()).json().path("size").isNull());
    problem(
        api.post("/apps/bad-app/slugs", "{'process_types': {}, 'checksum': 'md5:1'}"),
        422,
        "invalid_params");
    problem(
        api.post("/apps/bad-app/slugs", "{'process_types': {'a b': 'x'}}"), 422, "invalid_params");
  }

  @Test
  void anUploadThatBreaksOffOrStallsLeavesNothing() throws Exception {
    api.app("abort-app");
    for (boolean stalls : new boolean[] {false, true}) {
      String url = url(slug("abort-app", ""));
      long before = api.slugs.files();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
        OutputStream out = socket.getOutputStream();
        out.write(
            ("PUT "
                    + URI.create(url).getPath()
                    + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(archive(100_000));
        out.flush();
        await(() -> api.slugs.files() == before + 1);
        if (stalls) {
          await(() -> api.slugs.files() == before);
        }
      }
      await(() -> api.slugs.files() == before);
      assertEquals(200, put(url, archive(50)).status());
    }
  }

  @Test
  void anUploadMayTakeLongerThanOtherRequests(@TempDir Path folder) throws Exception {
    try (var slow = new ApiServer(folder, "dynode.api.request-timeout = 3s")) {
      slow.app("slow-app");
      String url = url(slow.post("/apps/slow-app/slugs", "{'process_types': {}}").json());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), slow.port())) {
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        out.write(
            ("PUT "
                    + URI.create(url).getPath()
                    + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        socket.setSoTimeout(4_000);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
        socket.setSoTimeout(60_000);
        out.write('b');
        out.flush();
        assertEquals(
            "HTTP/1.1 200",
            new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
      }
    }
  }

  /** Something that is to become true within ten seconds. */
  public interface Condition {
    boolean holds() throws IOException;
  }

  public static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.holds()) {
      assertFalse(System.nanoTime() > deadline, "waited in vain");
      Thread.sleep(5);
    }
  }
}
