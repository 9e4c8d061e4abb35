package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.terminal.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where a node answers and how to be let in.
 *
 * @param api base address of the Platform API
 * @param token sent as bearer token
 * @param ca PEM file with the CA of the rendezvous; empty: the Java runtime's own list
 * @param pid of the node's process; 0 when it is not known
 * @param transientNode whether the node stops by itself when no dyno is left
 */
public record NodeAddress(
    URI api, String token, Optional<Path> ca, long pid, boolean transientNode) {

  /** Written by a running node into its data folder; stale when the node was killed. */
  public static final String FILE = "node.json";

  /** The token of the local user, bare, readable by its owner only. */
  public static final String CREDENTIALS = "credentials";

  /** How long a command waits for a node that lives and does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_NANOS = 100_000_000;
  private static final int TOO_MANY = 429;
  private static final int FAILS = 500;

  /** Where a node keeps its things when nobody says. */
  public static Path defaultData(Map<String, String> environment) {
    String data = environment.get("XDG_DATA_HOME");
    return data != null && data.startsWith("/")
        ? Path.of(data, "dynode")
        : Path.of(environment.getOrDefault("HOME", "."), ".local", "share", "dynode")
            .toAbsolutePath();
  }

  /**
   * The node that runs on this data folder: its file names it, and it answers with our token. Empty
   * when there is none or the file is stale; one whose process lives is waited for.
   *
   * @throws CommandFailed if a node runs and does not answer for a long time
   */
  public static Optional<NodeAddress> running(Path data) {
    Progress progress = Progress.onStderr("Waiting for the node on " + data);
    var shown = new AtomicBoolean();
    Optional<NodeAddress> found =
        running(
            data,
            PATIENCE,
            () -> {
              if (shown.compareAndSet(false, true)) {
                progress.begins();
              }
            });
    if (shown.get()) {
      progress.vanishes();
    }
    return found;
  }

  /**
   * The same.
   *
   * @param waiting called again and again while a node that lives does not answer
   */
  public static Optional<NodeAddress> running(Path data, Duration patience, Runnable waiting) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      @Nullable JsonNode file = file(data);
      Optional<NodeAddress> told = file == null ? Optional.empty() : read(file, data);
      Answer answer = told.map(NodeAddress::answer).orElse(Answer.NOT_OURS);
      boolean lives = answer == Answer.NONE && file != null && NodeProcess.lives(file);
      if (answer != Answer.NONE || !lives) {
        return answer == Answer.OURS ? told : Optional.empty();
      }
      if (System.nanoTime() - deadline >= 0) {
        throw new CommandFailed(
            "The node on %s runs (process %d), and has not answered for %d s. Wait until this machine is less busy, or stop the node: kill %d."
                .formatted(
                    data,
                    told.orElseThrow().pid(),
                    patience.toSeconds(),
                    told.orElseThrow().pid()));
      }
      waiting.run();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** What the stock client's variables name; empty when they name nothing of ours. */
  public static Optional<NodeAddress> named(Map<String, String> environment) {
    String host = environment.getOrDefault("HEROKU_HOST", "");
    String token = environment.getOrDefault("HEROKU_API_KEY", "");
    if (token.isBlank() || !host.matches("https?://[^/]+/?")) {
      return Optional.empty();
    }
    Optional<Path> ca =
        Optional.ofNullable(environment.get("NODE_EXTRA_CA_CERTS"))
            .filter(file -> !file.isBlank())
            .map(Path::of);
    return Optional.of(new NodeAddress(URI.create(host), token, ca, 0, false));
  }

  private static @Nullable JsonNode file(Path data) {
    try {
      return Json.read(Files.readAllBytes(data.resolve(FILE)));
    } catch (IOException absent) {
      return null;
    }
  }

  private static Optional<NodeAddress> read(JsonNode file, Path data) {
    try {
      String token = Files.readString(data.resolve(CREDENTIALS)).strip();
      @Nullable String ca = file.path("rendezvous_ca").textValue();
      String api = file.path("api").asText("");
      return api.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new NodeAddress(
                  URI.create(api),
                  token,
                  Optional.ofNullable(ca).map(Path::of),
                  file.path("pid").asLong(),
                  file.path("transient").asBoolean()));
    } catch (IOException | IllegalArgumentException absent) {
      return Optional.empty();
    }
  }

  /** What a look at it has shown. */
  private enum Answer {
    OURS,
    /** Somebody else answers there, or a node that does not let us in. */
    NOT_OURS,
    /** Nobody answered: it is slow, it begins or ends, or there is none. */
    NONE
  }

  private Answer answer() {
    try {
      new ApiClient(this, Duration.ofSeconds(1), Duration.ofSeconds(5)).get("/account");
      return Answer.OURS;
    } catch (ApiError e) {
      // One that has had too many requests, or that fails, is still a node.
      return e.unreachable()
          ? Answer.NONE
          : e.status() == TOO_MANY || e.status() >= FAILS ? Answer.OURS : Answer.NOT_OURS;
    }
  }
}
