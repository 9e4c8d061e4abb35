package dev.dynode.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real node in a process of its own, as {@code bin/dynode server} starts it, on free ports and a
 * given data folder; to be asked, stopped and killed by tests.
 */
public final class NodeProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(90); // for machines that stall

  private final Path data;
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI api;
  private final String token;
  private final String ready;

  private NodeProcess(Path data, Process process, String ready) throws IOException {
    this.ready = ready;
    this.data = data;
    this.process = process;
    JsonNode address = JSON.readTree(Files.readAllBytes(data.resolve("node.json")));
    api = URI.create(address.path("api").asText());
    token = Files.readString(data.resolve("credentials")).strip();
  }

  /**
   * Starts a node and returns once it is ready. Stopped in order it ends its dynos.
   *
   * @param config HOCON over the defaults, such as {@code dynode.dynos.idle-after = 1 s}
   */
  public static NodeProcess start(Path data, String... config) throws Exception {
    return start(NodeProgram.server(), data, List.of(), config);
  }

  /** The same by another command, and with more options of {@code server}. */
  static NodeProcess start(List<String> program, Path data, List<String> options, String... config)
      throws Exception {
    Process process = spawn(program, data, options, config);
    BufferedReader lines = process.inputReader();
    @Nullable String line = lines.readLine();
    if (line == null || !line.startsWith("Dynode ready: ")) {
      process.destroyForcibly().waitFor();
      throw new IOException("the node did not start: " + line + "\n" + log(data));
    }
    return new NodeProcess(data, process, line);
  }

  private static Process spawn(
      List<String> program, Path data, List<String> options, String... config) throws IOException {
    Files.createDirectories(data);
    Path file = data.resolveSibling(data.getFileName() + ".conf");
    Files.writeString(file, "dynode.node.leave-dynos = false\n" + String.join("\n", config));
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("--data", data.toString(), "--config", file.toString()));
    for (String port : List.of("api", "rendezvous", "router")) {
      command.addAll(List.of("--" + port + "-port", "0"));
    }
    command.addAll(options);
    return new ProcessBuilder(command)
        .redirectError(
            ProcessBuilder.Redirect.appendTo(
                data.resolveSibling(data.getFileName() + ".log").toFile()))
        .start();
  }

  /** Starts a node and kills it with -9 so much later, whatever it has come to. */
  public static void startAndKill(Path data, long millis, String... config) throws Exception {
    Process process = spawn(NodeProgram.server(), data, List.of(), config);
    if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  private static String log(Path data) throws IOException {
    return Files.readString(data.resolveSibling(data.getFileName() + ".log"));
  }

  /** The line it printed when it was ready. */
  public String ready() {
    return ready;
  }

  /** Where other nodes join this one. */
  String member() {
    return ready.replaceFirst(".* member ([^,]+),.*", "$1");
  }

  /** Port of its health. */
  int health() {
    return Integer.parseInt(ready.replaceFirst(".* health ([^,]+),.*", "$1"));
  }

  Process process() {
    return process;
  }

  /** What the node wrote to stderr. */
  public String log() throws IOException {
    return log(data);
  }

  /** A file that the dyno sees in its {@code ${TMPDIR:-/tmp}}. */
  public Path temporary(String dyno, String name) {
    return data.resolve("dynos/" + dyno + "/tmp/" + name);
  }

  public Path data() {
    return data;
  }

  public long pid() {
    return process.pid();
  }

  public URI api() {
    return api;
  }

  public String token() {
    return token;
  }

  /** The authority clients of the rendezvous must trust. */
  public Path authority() {
    return data.resolve("tls/ca.pem");
  }

  /** Kills the node with -9 and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The keepers of a data folder. */
  static List<ProcessHandle> keepers(Path data) throws IOException {
    List<ProcessHandle> keepers = new ArrayList<>();
    try (Stream<Path> places = Files.list(data.resolve("keeper"))) {
      for (Path place : (Iterable<Path>) places.filter(Files::isDirectory)::iterator) {
        Path pid = place.resolve("pid");
        if (Files.exists(pid)) {
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(keepers::add);
        }
      }
    }
    return keepers;
  }

  /** Kills the keepers of a data folder with -9. */
  public static void killKeeper(Path data) throws IOException {
    keepers(data).forEach(ProcessHandle::destroyForcibly);
  }

  /** Stops it in order (SIGTERM) and waits. */
  public int stop() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  /** Sends a call with the token; the body, if any, is JSON. */
  public HttpResponse<String> call(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(api.resolve(path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Accept", "application/vnd.heroku+json; version=3")
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** A call that must succeed. */
  public JsonNode json(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = call(method, path, body);
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(
          method + " " + path + ": " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  public JsonNode get(String path) throws IOException, InterruptedException {
    return json("GET", path, null);
  }

  public JsonNode post(String path, String body) throws IOException, InterruptedException {
    return json("POST", path, body);
  }

  /** The last lines of an app's log, without their times. */
  public List<String> logLines(String app) throws IOException, InterruptedException {
    return logLines(app, 1500);
  }

  public List<String> logLines(String app, int most) throws IOException, InterruptedException {
    URI stream =
        URI.create(
            post("/apps/" + app + "/log-sessions", "{\"lines\": " + most + "}")
                .path("logplex_url")
                .asText());
    String text =
        http.send(HttpRequest.newBuilder(stream).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return text.lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .toList();
  }

  /** Names of a dyno's events in the journal. */
  public List<String> events(String app, String dyno) throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    get("/apps/" + app + "/dynos/" + dyno + "/events")
        .forEach(event -> names.add(event.path("type").asText()));
    return names;
  }

  /** Waits for a condition; fails with what was waited for. */
  public static void eventually(String what, Callable<Boolean> condition) throws Exception {
    eventually(what, condition, PATIENCE.toSeconds());
  }

  public static void eventually(String what, Callable<Boolean> condition, long seconds)
      throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + seconds + " s: " + what);
      }
      Thread.sleep(10);
    }
  }
}
