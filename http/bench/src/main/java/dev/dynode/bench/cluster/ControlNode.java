package dev.dynode.bench.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A control node that is an edge, too, in a process of its own. */
final class ControlNode {
  private final Process process;
  private final String member;
  private final URI api;
  private final String token;
  private final long pid;

  private ControlNode(Process process, String ready, Path data) throws IOException {
    this.process = process;
    member = ready.replaceFirst(".* member ([^,]+),.*", "$1");
    var address = new ObjectMapper().readTree(Files.readAllBytes(data.resolve("node.json")));
    api = URI.create(address.path("api").asText());
    pid = address.path("pid").asLong();
    token = Files.readString(data.resolve("credentials")).strip();
  }

  /**
   * Starts it, and returns once it answers.
   *
   * @param server the command to which the options of {@code dynode server} are added
   * @param folder to be made; holds all that the node writes
   * @param members to join; none: it begins a cluster
   */
  static ControlNode start(
      List<String> server, Path folder, String database, String config, List<String> members)
      throws IOException {
    Path data = Files.createDirectories(folder).resolve("data");
    Path file = Files.writeString(folder.resolve("node.conf"), config);
    List<String> command = new ArrayList<>(server);
    command.addAll(
        List.of(
            "--data",
            data.toString(),
            "--config",
            file.toString(),
            "--postgres",
            database,
            "--role",
            "control,edge"));
    for (String port : List.of("api", "rendezvous", "router", "cluster")) {
      command.addAll(List.of("--" + port + "-port", "0"));
    }
    if (!members.isEmpty()) {
      command.addAll(List.of("--join", String.join(",", members)));
    }
    Path log = folder.resolve("node.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try {
      BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
      @Nullable String line = lines.readLine();
      if (line == null || !line.startsWith("Dynode ready")) {
        throw new IOException("The node did not start: " + line + "\n" + Files.readString(log));
      }
      return new ControlNode(process, line, data);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Where others join it. */
  String member() {
    return member;
  }

  URI api() {
    return api;
  }

  String token() {
    return token;
  }

  long pid() {
    return pid;
  }

  /** Seconds of processor time it has taken. */
  double processorSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(Double.NaN);
  }

  /** With -9. */
  void kill() {
    var _ = process.destroyForcibly().onExit().join();
  }
}
