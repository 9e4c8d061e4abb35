package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
   * when there is none or the file is stale.
   */
  public static Optional<NodeAddress> running(Path data) {
    return read(data).filter(NodeAddress::answers);
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

  private static Optional<NodeAddress> read(Path data) {
    try {
      JsonNode file = Json.read(Files.readAllBytes(data.resolve(FILE)));
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

  private boolean answers() {
    try {
      new ApiClient(this, Duration.ofSeconds(1), Duration.ofSeconds(5)).get("/account");
      return true;
    } catch (ApiError stale) {
      return false;
    }
  }
}
