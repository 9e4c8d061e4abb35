package dev.dynode.cluster.discovery;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real name server, dnsmasq, on a port of the loopback. */
public final class TestNameServer implements AutoCloseable {
  private final int port;
  private final Path log;
  private @Nullable Process process;

  /** Knows nothing yet. */
  public TestNameServer(Path folder) throws Exception {
    try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    log = folder.resolve("dnsmasq.log");
    knows();
  }

  /**
   * Replaces all it knows.
   *
   * @param records options of dnsmasq, such as {@code --host-record=a.test,127.0.0.2}
   */
  public void knows(String... records) throws Exception {
    stop();
    List<String> command =
        new ArrayList<>(
            List.of(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file",
                "--no-resolv",
                "--no-hosts",
                "--local=/test/",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--port=" + port,
                "--log-queries",
                "--log-facility=" + log));
    command.addAll(List.of(records));
    process = new ProcessBuilder(command).inheritIO().start();
  }

  /** What {@code dynode.cluster.discovery.name-servers} is to say. */
  public String config() {
    return "dynode.cluster.discovery.name-servers = [\"127.0.0.1:" + port + "\"]";
  }

  /** Whether it was asked for this. */
  public boolean asked(String name) throws IOException {
    return Files.exists(log) && Files.readString(log).contains("] " + name + " from");
  }

  /** Answers no more. */
  public void stop() {
    Process before = process;
    if (before != null) {
      before.destroy();
      before.onExit().join();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
