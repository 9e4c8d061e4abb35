package dev.dynode.edge.api.request;

import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.edge.api.request.ApiServer.Reply;
import dev.dynode.edge.api.request.RawHttp.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The manners of HTTP that clients, proxies and browsers count on. */
@Tag("unit")
class MannersTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder);
    api.app("polite-app");
    for (int i = 0; i < 5; i++) {
      api.call("PATCH", "/apps/polite-app/config-vars", "{'N': '" + i + "'}");
    }
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/apps?in[name][]=polite-app&x=a|b",
        "/apps/polite-app/dynos?all=true&eq[a]=\"{}\"",
        "/apps/polite-app?x=[",
        "/apps/polite-app/events?at[]=3"
      })
  void bracketsMayStandInQueries(String path) throws Exception {
    assertEquals(200, RawHttp.get(api, path).status(), () -> path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/apps/polite-app/dynos?all=%zz", "/apps?x=%", "/apps?%F0=%ff"})
  void aHalfEscapedQueryIsNoFailureOfOurs(String path) throws Exception {
    int status = RawHttp.get(api, path).status();
    assertTrue(status == 200 || status == 400, () -> path + ": " + status);
  }

  @Test
  void addressesMayBeLong() throws Exception {
    String ids = "c1d69a26-b691-4cb6-9f74-1c62b78c5c8c,".repeat(300);
    assertEquals(200, RawHttp.get(api, "/apps?in[id]=" + ids).status());
    assertEquals(414, RawHttp.get(api, "/apps?in[id]=" + ids.repeat(2)).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/account",
        "/apps",
        "/apps/polite-app",
        "/apps/polite-app/releases",
        "/apps/no-such-app",
        "/pipelines",
        "/pipelines/x",
        "/nowhere",
        "/schema"
      })
  void headIsGetWithoutItsBody(String path) throws Exception {
    Answer get = RawHttp.get(api, path);
    Answer head = RawHttp.send(api, "HEAD", path, new byte[0]);
    assertEquals(get.status(), head.status());
    assertEquals(0, head.body().length);
    for (String name : new String[] {"content-type", "content-length", "etag", "accept-ranges"}) {
      assertEquals(get.header(name), head.header(name), name);
    }
  }

  @ParameterizedTest
  @CsvSource({"gzip, gzip", "x-gzip, gzip", "GZIP, gzip", "deflate, deflate", "deflate, raw"})
  void bodiesMayComeCompressed(String said, String done) throws Exception {
    byte[] body = packed(done, "{\"PACKED\": \"" + said + done + "\"}");
    Answer answer =
        RawHttp.send(
            api, "PATCH", "/apps/polite-app/config-vars", body, "Content-Encoding: " + said);
    assertEquals(200, answer.status(), answer::text);
    assertEquals(
        said + done, api.get("/apps/polite-app/config-vars").json().path("PACKED").asText());
  }

  @ParameterizedTest
  @CsvSource({"br, 415", "gzip, 400", "deflate, 400", "'gzip, gzip', 415", "identity, 201"})
  void otherCodingsAreRefused(String said, int status) throws Exception {
    byte[] body = "{\"name\": \"coded-app\"}".getBytes(StandardCharsets.UTF_8);
    Answer answer = RawHttp.send(api, "POST", "/apps", body, "Content-Encoding: " + said);
    assertEquals(status, answer.status(), answer::text);
    assertTrue(status == 201 || answer.text().contains(said), answer::text);
  }

  /** Sixty megabytes of zeros in sixty kilobytes: no more than the limit is unpacked. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "raw"})
  void whatABodyUnpacksToIsLimited(String coding) throws Exception {
    byte[] bomb = packed(coding, new byte[60 << 20]);
    assertTrue(bomb.length < 100_000);
    Answer answer =
        RawHttp.send(
            api, "POST", "/apps", bomb, "Content-Encoding: " + coding.replace("raw", "deflate"));
    assertEquals(413, answer.status(), answer::text);
    assertTrue(answer.text().contains("1048576"), answer::text);
  }

  private static byte[] packed(String coding, String text) throws Exception {
    return packed(coding, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] packed(String coding, byte[] plain) throws Exception {
    var packed = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (coding) {
          case "gzip" -> new GZIPOutputStream(packed);
          case "deflate" -> new DeflaterOutputStream(packed);
          default -> new DeflaterOutputStream(packed, new Deflater(9, true));
        }) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  @Test
  void answersGoCompressedWhereThatIsAskedFor() throws Exception {
    Answer plain = RawHttp.get(api, "/dyno-sizes");
    assertEquals("", plain.header("content-encoding"));
    assertTrue(plain.header("vary").contains("Accept-Encoding"));
    for (String asked : new String[] {"gzip", "deflate, gzip;q=0.5, br", "*"}) {
      Answer packed = RawHttp.get(api, "/dyno-sizes", "Accept-Encoding: " + asked);
      assertEquals("gzip", packed.header("content-encoding"), asked);
      assertTrue(packed.body().length < plain.body().length / 2);
      byte[] again = new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes();
      assertEquals(plain.text(), new String(again, StandardCharsets.UTF_8));
      assertEquals("W/" + plain.header("etag"), packed.header("etag"));
      assertEquals(
          304,
          RawHttp.get(
                  api,
                  "/dyno-sizes",
                  "Accept-Encoding: " + asked,
                  "If-None-Match: " + packed.header("etag"))
              .status());
    }
    for (String not : new String[] {"identity", "gzip;q=0, *", "br", "nonsense;;", "*;q=0"}) {
      assertEquals(
          "",
          RawHttp.get(api, "/dyno-sizes", "Accept-Encoding: " + not).header("content-encoding"),
          not);
    }
  }

  @Test
  void logStreamsAreNeverCompressed() throws Exception {
    Reply session = api.post("/apps/polite-app/log-sessions", "{'lines': 10}");
    String url = session.json().path("logplex_url").asText();
    Answer stream =
        RawHttp.get(api, url.substring(url.indexOf("/streams")), "Accept-Encoding: gzip");
    assertEquals(200, stream.status());
    assertEquals("", stream.header("content-encoding"));
  }

  @Test
  void jsonIsIndented() throws Exception {
    String text = RawHttp.get(api, "/regions").text();
    assertTrue(text.startsWith("[\n  {\n    \"id\": \""), text);
  }

  @Test
  void scriptsOfAnyPageMayAsk() throws Exception {
    Reply preflight =
        api.send(
            HttpRequest.newBuilder(api.uri("/apps/polite-app"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "https://example.com")
                .header("Access-Control-Request-Method", "PATCH")
                .header("Access-Control-Request-Headers", "authorization, range"));
    assertEquals(204, preflight.status());
    assertEquals("*", preflight.header("access-control-allow-origin"));
    assertEquals("DELETE, GET, HEAD, OPTIONS, PATCH", preflight.header("allow"));
    assertEquals(preflight.header("allow"), preflight.header("access-control-allow-methods"));
    assertTrue(preflight.header("access-control-allow-headers").contains("Authorization"));
    assertTrue(preflight.header("access-control-allow-headers").contains("Range"));
    for (Reply reply :
        new Reply[] {
          api.get("/apps/polite-app"),
          api.get("/nowhere"),
          api.send(HttpRequest.newBuilder(api.uri("/account")))
        }) {
      assertEquals("*", reply.header("access-control-allow-origin"));
      assertTrue(reply.header("access-control-expose-headers").contains("Next-Range"));
      assertFalse(reply.headers().map().containsKey("access-control-allow-credentials"));
    }
  }

  /** A verb that a path does not have is not found, as on Heroku. */
  @Test
  void wrongVerbsAreNotFound() throws Exception {
    problem(api.call("PUT", "/apps/polite-app", "{}"), 404, "not_found");
    problem(api.call("POST", "/account/rate-limits", "{}"), 404, "not_found");
  }

  @Test
  void gitIsToldThatThereIsNoRepository() throws Exception {
    String url = api.get("/apps/polite-app").json().path("git_url").asText();
    assertEquals("http://127.0.0.1:" + api.port() + "/polite-app.git", url);
    Answer refs =
        RawHttp.get(api, "/polite-app.git/info/refs?service=git-receive-pack", "X-No: token");
    assertEquals(501, refs.status());
    assertTrue(refs.header("content-type").startsWith("text/plain"));
    assertTrue(refs.text().contains("dynode deploy"), refs::text);
  }
}
