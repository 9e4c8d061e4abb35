package dev.dynode.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** An OpenSSH server of our own on a free loopback port, with keys of its own; and its client. */
final class Sshd implements AutoCloseable {
  private static final long READY_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Where sshd, started as root, insists on an empty folder; its service makes it. */
  private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

  private final Process server;
  private final List<String> client;
  private final boolean madeFolder;

  private Sshd(Process server, List<String> client, boolean madeFolder) {
    this.server = server;
    this.client = client;
    this.madeFolder = madeFolder;
  }

  /** Empty where OpenSSH is not installed. */
  static Optional<Sshd> start(Path folder) throws IOException {
    Optional<Path> sshd = Programs.find("sshd");
    Optional<Path> ssh = Programs.find("ssh");
    Optional<Path> keygen = Programs.find("ssh-keygen");
    if (sshd.isEmpty() || ssh.isEmpty() || keygen.isEmpty()) {
      return Optional.empty();
    }
    Files.createDirectories(folder);
    for (String key : List.of("host", "user")) {
      Programs.run(
          List.of(
              keygen.get().toString(),
              "-q",
              "-t",
              "ed25519",
              "-N",
              "",
              "-f",
              folder.resolve(key).toString()));
    }
    int port = freePort();
    Path serverConfig = Files.writeString(folder.resolve("sshd_config"), server(folder, port));
    Path clientConfig = Files.writeString(folder.resolve("ssh_config"), client(folder, port));
    boolean made = madePrivilegeSeparation();
    Path log = folder.resolve("sshd.log");
    Process server =
        new ProcessBuilder(sshd.get().toString(), "-D", "-e", "-f", serverConfig.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    var started =
        new Sshd(server, List.of(ssh.get().toString(), "-F", clientConfig.toString()), made);
    try {
      awaitBanner(port, server);
      Programs.run(started.command("localhost", "true"));
    } catch (IOException e) {
      started.close();
      throw new IOException(e.getMessage() + " " + Files.readString(log).strip(), e);
    }
    return Optional.of(started);
  }

  private static boolean madePrivilegeSeparation() throws IOException {
    if (System.getProperty("user.name").equals("root") && Files.notExists(PRIVILEGE_SEPARATION)) {
      Files.createDirectory(PRIVILEGE_SEPARATION);
      return true;
    }
    return false;
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  private static String server(Path folder, int port) {
    return """
    ListenAddress 127.0.0.1:%d
    HostKey %s
    AuthorizedKeysFile %s
    PidFile none
    StrictModes no
    UsePAM no
    UseDNS no
    PasswordAuthentication no
    PermitRootLogin prohibit-password
    MaxStartups 1000
    PrintMotd no
    """
        .formatted(port, folder.resolve("host"), folder.resolve("user.pub"));
  }

  /** No escapes and no padding of keystrokes in time: ssh as fast as it can be. */
  private static String client(Path folder, int port) {
    return """
    Host *
      HostName 127.0.0.1
      Port %d
      IdentityFile %s
      IdentitiesOnly yes
      UserKnownHostsFile %s
      GlobalKnownHostsFile none
      StrictHostKeyChecking no
      BatchMode yes
      LogLevel ERROR
      EscapeChar none
      IgnoreUnknown ObscureKeystrokeTiming
      ObscureKeystrokeTiming no
    """
        .formatted(port, folder.resolve("user"), folder.resolve("known_hosts"));
  }

  private static void awaitBanner(int port, Process server) throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN_NANOS;
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.getInputStream().read() >= 0) {
          return;
        }
      } catch (IOException e) {
        if (!server.isAlive() || System.nanoTime() > deadline) {
          throw new IOException("sshd does not answer.", e);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  /** A command line of the ssh program. */
  List<String> command(String... arguments) {
    return Stream.concat(client.stream(), Stream.of(arguments))
        .collect(ArrayList::new, List::add, List::addAll);
  }

  @Override
  public void close() throws IOException {
    server.destroy();
    try {
      server.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (madeFolder) {
      Files.deleteIfExists(PRIVILEGE_SEPARATION);
    }
  }
}
