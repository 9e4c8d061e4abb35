package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.Trust;
import dev.dynode.cli.run.AttachStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, on free ports and a folder of its own, with an app {@link #APP}.
 * Its clients are in this process. Thread-safe.
 */
final class MeasuredNode implements AutoCloseable {
  static final String APP = "bench";

  /** Only what would refuse so many dynos at once; all else is as it comes. */
  private static final String CONFIG =
      """
      dynode.api.rate-limit { burst = 100000000, per-minute = 100000000 }
      dynode.apps.one-off-limits.standard = 2000
      dynode.runtime.max-processes = 2000
      dynode.host.capacity = 2000
      dynode.node.leave-dynos = false
      """;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long STOPS_WITHIN_SECONDS = 60;

  private final HttpClient streams =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final URI api;
  private final String token;
  private final Path authority;
  private final long pid;
  private final Path data;

  private MeasuredNode(Process process, Path data) throws IOException {
    this.process = process;
    this.data = data;
    JsonNode address = JSON.readTree(Files.readAllBytes(data.resolve("node.json")));
    api = URI.create(address.path("api").asText());
    authority = Path.of(address.path("rendezvous_ca").asText());
    pid = address.path("pid").asLong();
    token = Files.readString(data.resolve("credentials")).strip();
  }

  /**
   * Starts a node and returns once it answers.
   *
   * @param server the command to which the options of {@code dynode server} are added
   * @param folder to be made; holds all that the node writes
   */
  static MeasuredNode start(List<String> server, Path folder) throws IOException {
    MeasuredNode node = restart(server, folder);
    try {
      node.post("/apps", object().put("name", APP));
      return node;
    } catch (IOException | RuntimeException e) {
      node.process.destroyForcibly();
      throw e;
    }
  }

  /** The same with the apps that are there, and returns as soon as it is ready. */
  static MeasuredNode restart(List<String> server, Path folder) throws IOException {
    Path data = Files.createDirectories(folder).resolve("data");
    Path config = Files.writeString(folder.resolve("node.conf"), CONFIG);
    List<String> command = new ArrayList<>(server);
    command.addAll(List.of("--data", data.toString(), "--config", config.toString()));
    for (String port : List.of("--api-port", "--rendezvous-port", "--router-port")) {
      command.addAll(List.of(port, "0"));
    }
    Path log = folder.resolve("node.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try {
      BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
      @Nullable String line = lines.readLine();
      if (line == null || !line.startsWith("Dynode ready")) {
        throw new IOException("The node did not start: " + line + "\n" + Files.readString(log));
      }
      return new MeasuredNode(process, data);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  Path data() {
    return data;
  }

  /** A file that the dyno sees in its temporary folder. */
  Path temporary(JsonNode dyno, String name) {
    return data.resolve("dynos/" + dyno.path("id").asText() + "/tmp/" + name);
  }

  /** Process id of the node. */
  long pid() {
    return pid;
  }

  /** A new dyno as the API answers it. */
  JsonNode create(String command, boolean attach, boolean terminal) throws IOException {
    return create(APP, command, attach, terminal);
  }

  JsonNode create(String app, String command, boolean attach, boolean terminal) throws IOException {
    ObjectNode request = object().put("command", command).put("attach", attach);
    if (!terminal) {
      request.put("force_no_tty", true);
    }
    return post("/apps/" + app + "/dynos", request);
  }

  /** A client that has never dialled before: no TLS session is resumed, as in a new process. */
  SSLContext freshTrust() {
    return Trust.context(authority);
  }

  /**
   * Dials.
   *
   * @param halfClose whether closing our direction is the end of input only, and not of the dyno
   */
  static AttachStream dial(JsonNode dyno, SSLContext trust, boolean halfClose) throws IOException {
    return AttachStream.dial(URI.create(dyno.path("attach_url").asText()), trust, halfClose);
  }

  /** Dials and waits for the greeting. */
  AttachStream attach(JsonNode dyno, boolean halfClose) throws IOException {
    AttachStream stream = dial(dyno, freshTrust(), halfClose);
    if (!stream.greeted()) {
      stream.close();
      throw new IOException("The node closed the connection without a greeting.");
    }
    return stream;
  }

  LogTail tail() throws IOException {
    return tail(APP);
  }

  LogTail tail(String app) throws IOException {
    JsonNode session =
        post("/apps/" + app + "/log-sessions", object().put("lines", 1).put("tail", true));
    // Not an HttpURLConnection: its stream cannot be closed while it is being read.
    HttpRequest read =
        HttpRequest.newBuilder(URI.create(session.path("logplex_url").asText()))
            .header("Accept", "text/plain")
            .build();
    try {
      return new LogTail(streams.send(read, HttpResponse.BodyHandlers.ofInputStream()).body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  JsonNode get(String path) throws IOException {
    HttpURLConnection http = open(api.resolve(path), "GET");
    String order = path.endsWith("/events") ? "sequence" : "id";
    http.setRequestProperty("Range", order + " ..; max=1000"); // all: 200 come by themselves
    return answer(http);
  }

  JsonNode post(String path, JsonNode body) throws IOException {
    HttpURLConnection http = open(api.resolve(path), "POST");
    byte[] bytes = JSON.writeValueAsBytes(body);
    http.setDoOutput(true);
    http.setFixedLengthStreamingMode(bytes.length);
    try (OutputStream out = http.getOutputStream()) {
      out.write(bytes);
    }
    return answer(http);
  }

  private HttpURLConnection open(URI where, String method) throws IOException {
    HttpURLConnection http = (HttpURLConnection) where.toURL().openConnection(Proxy.NO_PROXY);
    http.setRequestMethod(method);
    http.setRequestProperty("Accept", "application/vnd.heroku+json; version=3");
    http.setRequestProperty("Content-Type", "application/json");
    http.setRequestProperty("Authorization", "Bearer " + token);
    return http;
  }

  private static JsonNode answer(HttpURLConnection http) throws IOException {
    if (http.getResponseCode() / 100 != 2) {
      try (InputStream in = http.getErrorStream()) {
        throw new IOException(
            http.getURL()
                + " answered "
                + http.getResponseCode()
                + (in == null ? "" : " " + new String(in.readAllBytes(), StandardCharsets.UTF_8)));
      }
    }
    try (InputStream in = http.getInputStream()) {
      return JSON.readTree(in.readAllBytes());
    }
  }

  /** Stops it in order; one that does not stop within a minute is killed. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOPS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
