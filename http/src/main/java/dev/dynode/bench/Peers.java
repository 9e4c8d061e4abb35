package dev.dynode.bench;

import java.io.IOException;
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
    peers.podman();
    return peers;
  }

  private void podman() {
    Optional<Path> podman = Programs.find("podman");
    if (podman.isEmpty()) {
      absent.put("podman run", "not installed");
      return;
    }
    String program = podman.get().toString();
    try {
      String images = Programs.run(List.of(program, "images", "-q"));
      if (images.isEmpty()) {
        absent.put("podman run", "has no image");
        return;
      }
      List<String> command =
          List.of(
              program,
              "run",
              "--rm",
              "--pull=never",
              images.lines().findFirst().orElseThrow(),
              "echo",
              "hi");
      Programs.nanosToFirstByte(command);
      starting.add(new Peer("`podman run --rm IMAGE echo hi`", command, false));
    } catch (IOException e) {
      absent.put("podman run", "does not work here");
    }
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
