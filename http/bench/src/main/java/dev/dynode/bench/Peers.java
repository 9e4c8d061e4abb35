package dev.dynode.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one would use without Dynode, as far as this machine has it. */
final class Peers implements AutoCloseable {
  private final Optional<Sshd> sshd;
  private final List<Peer> starting = new ArrayList<>();
  private final Map<String, String> absent = new LinkedHashMap<>();

  /**
   * A program that prints {@code hi}.
   *
   * @param fresh whether it is the one the aim names: ssh with a connection of its own
   */
  record Peer(String name, List<String> command, boolean fresh) {}

  private Peers(Optional<Sshd> sshd) {
    this.sshd = sshd;
  }

  static Peers find(Path folder) {
    Optional<Sshd> sshd = Optional.empty();
    String why = "not installed";
    try {
      sshd = Sshd.start(folder.resolve("ssh"));
    } catch (IOException e) {
      why = "cannot be started (" + String.valueOf(e.getMessage()).replaceAll("[\\s|]+", " ") + ")";
    }
    var peers = new Peers(sshd);
    if (sshd.isPresent()) {
      peers.starting.add(
          new Peer(
              "`ssh localhost echo hi`, program and connection new",
              sshd.get().command("localhost", "echo hi"),
              true));
    } else {
      peers.absent.put("ssh", why);
    }
    peers.crun(folder.resolve("bundle"));
    peers.engine("podman");
    peers.engine("docker");
    return peers;
  }

  private void engine(String name) {
    Optional<Path> engine = Programs.find(name);
    if (engine.isEmpty()) {
      absent.put(name + " run", "not installed");
      return;
    }
    String program = engine.get().toString();
    try {
      String images = Programs.run(List.of(program, "images", "-q"));
      if (images.isEmpty()) {
        absent.put(name + " run", "has no image");
        return;
      }
      String image = images.lines().findFirst().orElseThrow();
      add(
          "`" + name + " run --rm IMAGE echo hi`",
          List.of(program, "run", "--rm", "--pull=never", image, "echo", "hi"));
    } catch (IOException e) {
      absent.put(name + " run", "does not work here");
    }
  }

  /** The layer below those: a container of this machine's own system, read-only. */
  private void crun(Path bundle) {
    Optional<Path> crun = Programs.find("crun");
    if (crun.isEmpty()) {
      absent.put("crun run", "not installed");
      return;
    }
    String program = crun.get().toString();
    try {
      Files.createDirectories(bundle);
      Programs.run(List.of(program, "spec", "-b", bundle.toString()));
      Path file = bundle.resolve("config.json");
      var json = new ObjectMapper();
      ObjectNode config = (ObjectNode) json.readTree(file.toFile());
      config.withObject("/process").put("terminal", false).putArray("args").add("echo").add("hi");
      config.withObject("/root").put("path", "/").put("readonly", true);
      json.writeValue(file.toFile(), config);
      add(
          "`crun run` of a bundle",
          List.of(program, "run", "-b", bundle.toString(), "dynode-bench"));
    } catch (IOException e) {
      absent.put("crun run", "does not work here");
    }
  }

  private void add(String name, List<String> command) throws IOException {
    Programs.nanosToFirstByte(command);
    starting.add(new Peer(name, command, false));
  }

  /** Those whose start can be measured. */
  List<Peer> starting() {
    return starting;
  }

  /** The others, and why. */
  Map<String, String> absent() {
    return absent;
  }

  Optional<Sshd> sshd() {
    return sshd;
  }

  @Override
  public void close() throws IOException {
    if (sshd.isPresent()) {
      sshd.get().close();
    }
  }
}
