package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * The Platform API, one connection per request and no request twice: what created a dyno must not
 * be repeated. Built on HttpURLConnection because it starts faster than java.net.http. Thread-safe.
 */
public final class ApiClient {
  static {
    System.setProperty("sun.net.http.retryPost", "false");
    System.setProperty("http.keepAlive", "false");
  }

  private static final String ACCEPT = "application/vnd.heroku+json; version=3";

  /** Items of a page. */
  private static final int PAGE = 1_000;

  private final NodeAddress node;
  private final Duration connectTimeout;
  private final Duration answerTimeout;

  /** Waits 5 s for a connection and 60 s for an answer, as the stock client does. */
  public ApiClient(NodeAddress node) {
    this(node, Duration.ofSeconds(5), Duration.ofSeconds(60));
  }

  ApiClient(NodeAddress node, Duration connectTimeout, Duration answerTimeout) {
    this.node = node;
    this.connectTimeout = connectTimeout;
    this.answerTimeout = answerTimeout;
  }

  public JsonNode get(String path) {
    return call("GET", path, null, null).body();
  }

  /** Every item of a list, page by page, sorted by this field. */
  public List<JsonNode> all(String path, String field) {
    List<JsonNode> all = new ArrayList<>();
    @Nullable String range = field + " ..; max=" + PAGE;
    while (range != null) {
      Answer page = call("GET", path, null, range);
      page.body().forEach(all::add);
      range = page.next();
    }
    return all;
  }

  /** The newest of a list that is sorted by this field. */
  public JsonNode newest(String path, String field) {
    return call("GET", path, null, field + " ..; max=1, order=desc").body();
  }

  public JsonNode post(String path, @Nullable JsonNode body) {
    return call("POST", path, body, null).body();
  }

  public JsonNode delete(String path) {
    return call("DELETE", path, null, null).body();
  }

  /**
   * @param next range of the next page; null: there is none
   */
  private record Answer(JsonNode body, @Nullable String next) {}

  private Answer call(String method, String path, @Nullable JsonNode body, @Nullable String range) {
    try {
      HttpURLConnection http = open(node.api().resolve(path));
      http.setRequestMethod(method);
      http.setRequestProperty("Accept", ACCEPT);
      http.setRequestProperty("Authorization", "Bearer " + node.token());
      if (range != null) {
        http.setRequestProperty("Range", range);
      }
      if (body != null) {
        byte[] bytes = Json.write(body);
        http.setDoOutput(true);
        http.setRequestProperty("Content-Type", "application/json");
        http.setFixedLengthStreamingMode(bytes.length);
        try (OutputStream out = http.getOutputStream()) {
          out.write(bytes);
        }
      }
      byte[] answer = answer(http);
      return new Answer(
          answer.length == 0 ? Json.object() : Json.read(answer),
          http.getHeaderField("Next-Range"));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** Sends a file to an address the API handed out, which is its own secret. */
  public void upload(String method, URI where, Path file) {
    try {
      HttpURLConnection http = open(node.api().resolve(where));
      http.setRequestMethod(method);
      http.setDoOutput(true);
      http.setRequestProperty("Content-Type", "application/octet-stream");
      http.setFixedLengthStreamingMode(Files.size(file));
      try (OutputStream out = http.getOutputStream()) {
        Files.copy(file, out);
      }
      answer(http);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** An event stream at an address the API handed out; no limit on the time between events. */
  InputStream events(URI where) {
    try {
      HttpURLConnection http = open(node.api().resolve(where));
      http.setReadTimeout(0);
      http.setRequestProperty("Accept", "text/event-stream");
      if (http.getResponseCode() >= 400) {
        answer(http);
      }
      return http.getInputStream();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** The lines of an answer as they come. */
  Stream<JsonNode> lines(String path) {
    var in = new BufferedReader(new InputStreamReader(stream("GET", path), StandardCharsets.UTF_8));
    return in.lines()
        .map(
            line -> {
              try {
                return Json.read(line.getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw unreachable(e);
              }
            });
  }

  /** An answer as it comes; no limit on the time between its parts. */
  public InputStream stream(String method, String path) {
    try {
      HttpURLConnection http = open(node.api().resolve(path));
      http.setReadTimeout(0);
      http.setRequestMethod(method);
      http.setRequestProperty("Accept", ACCEPT);
      http.setRequestProperty("Authorization", "Bearer " + node.token());
      if (http.getResponseCode() >= 400) {
        answer(http);
      }
      return http.getInputStream();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HttpURLConnection open(URI where) throws IOException {
    // A proxy has nothing to do between a client and the node on its own machine.
    HttpURLConnection http = (HttpURLConnection) where.toURL().openConnection(Proxy.NO_PROXY);
    if (http instanceof HttpsURLConnection https && node.ca().isPresent()) {
      https.setSSLSocketFactory(Trust.context(node.ca().get()).getSocketFactory());
    }
    http.setConnectTimeout((int) connectTimeout.toMillis());
    http.setReadTimeout((int) answerTimeout.toMillis());
    http.setInstanceFollowRedirects(false);
    return http;
  }

  private static byte[] answer(HttpURLConnection http) throws IOException {
    int status = http.getResponseCode();
    if (status < 400) {
      try (InputStream in = http.getInputStream()) {
        return in.readAllBytes();
      }
    }
    byte[] text = new byte[0];
    try (InputStream in = http.getErrorStream()) {
      text = in == null ? text : in.readAllBytes();
    }
    throw refusal(status, text);
  }

  private static ApiError refusal(int status, byte[] text) {
    try {
      JsonNode error = Json.read(text);
      if (error.hasNonNull("message")) {
        return new ApiError(
            status, error.path("id").asText("http_" + status), error.path("message").asText());
      }
    } catch (IOException notJson) {
      // said below
    }
    return new ApiError(status, null, "The API answered HTTP " + status + " without a reason.");
  }

  private ApiError unreachable(IOException e) {
    String remedy =
        e instanceof ConnectException
            ? "No node answers at " + node.api() + "; start one with `dynode server`."
            : "The node at " + node.api() + " did not answer: " + Reason.of(e) + ".";
    ApiError error = new ApiError(0, null, remedy);
    error.initCause(e);
    return error;
  }
}
