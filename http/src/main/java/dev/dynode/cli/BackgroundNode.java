package dev.dynode.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A transient node started by {@code run}: a process of its own in a session of its own, so that ^C
 * on our terminal does not reach it; it stops by itself when no dyno is left.
 */
final class BackgroundNode {
  /** Where its stdout and stderr go, in the data folder. */
  static final String LOG = "node.log";

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final int LOG_TAIL_BYTES = 4096;
  private static final long POLL_MILLIS = 25;
  private static final long KEEP_MILLIS = 1_000;

  private final Process process;
  private final Path data;
  private final NodeAddress address;

  private BackgroundNode(Process process, Path data, NodeAddress address) {
    this.process = process;
    this.data = data;
    this.address = address;
    Thread.ofVirtual().start(this::keepInUse);
  }

  /**
   * While this command lives, the node that has had no dyno yet does not take itself for unused.
   */
  private void keepInUse() {
    var api = new ApiClient(address);
    try {
      while (true) {
        Thread.sleep(KEEP_MILLIS);
        api.get("/account/rate-limits");
      }
    } catch (InterruptedException | ApiError over) {
      // the command or the node has ended
    }
  }

  /** The node that answers, and our handle on it if we are the one who started it. */
  record Found(NodeAddress address, Optional<BackgroundNode> ours) {}

  /** Finds the node of this data folder or starts one; two callers at once start one. */
  static Found findOrStart(Path data) {
    Optional<NodeAddress> running = NodeAddress.running(data);
    if (running.isPresent()) {
      return new Found(running.get(), Optional.empty());
    }
    try {
      if (!Files.isDirectory(data)) {
        Files.createDirectories(
            data,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      try (FileChannel channel =
              FileChannel.open(
                  data.resolve("node.start.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        assert lock.isValid();
        Optional<NodeAddress> meanwhile = NodeAddress.running(data);
        if (meanwhile.isPresent()) {
          return new Found(meanwhile.get(), Optional.empty());
        }
        BackgroundNode started = start(data);
        return new Found(started.address, Optional.of(started));
      }
    } catch (IOException e) {
      throw new CommandFailed("Cannot start a node on " + data + ": " + e.getMessage());
    }
  }

  private static BackgroundNode start(Path data) throws IOException {
    String launcher = System.getProperty("dynode.launcher");
    if (launcher == null) {
      throw new CommandFailed("No node runs on " + data + "; start one with `dynode server`.");
    }
    Path log = data.resolve(LOG);
    long logStart = Files.exists(log) ? Files.size(log) : 0;
    List<String> command = new ArrayList<>();
    onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
    command.addAll(List.of(launcher, "server", "--transient", "--data", data.toString()));
    command.addAll(List.of("--api-port", "0", "--rendezvous-port", "0", "--router-port", "0"));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();
    OnInterrupt.first(process::destroy);
    return new BackgroundNode(process, data, await(process, data, log, logStart));
  }

  private static NodeAddress await(Process process, Path data, Path log, long logStart)
      throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<NodeAddress> address = NodeAddress.running(data);
      if (address.isPresent()) {
        return address.get();
      }
      if (exits(process, POLL_MILLIS)) {
        throw new CommandFailed(
            "The node stopped before it was ready; its log "
                + log
                + " ends:\n"
                + tail(log, logStart));
      }
    }
    process.destroy();
    throw new CommandFailed(
        "The node was not ready within "
            + READY_WITHIN.toSeconds()
            + " s; its log "
            + log
            + " ends:\n"
            + tail(log, logStart));
  }

  /** Stops it: it has had no dyno and would wait for one for ever. */
  void stop() {
    process.destroy();
  }

  /** Waits until it has let go of its data folder, at most so long, and not while {@code busy}. */
  void awaitStop(Duration limit, BooleanSupplier busy) {
    long deadline = System.nanoTime() + limit.toNanos();
    long nextLook = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (System.nanoTime() < deadline
        && Files.exists(data.resolve(NodeAddress.FILE))
        && !exits(process, POLL_MILLIS)) {
      if (System.nanoTime() > nextLook) {
        if (busy.getAsBoolean()) {
          return;
        }
        nextLook = System.nanoTime() + Duration.ofSeconds(1).toNanos();
      }
    }
  }

  private static boolean exits(Process process, long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("Interrupted.");
    }
  }

  private static String tail(Path log, long from) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(Math.max(from, file.length() - LOG_TAIL_BYTES));
      byte[] bytes = new byte[LOG_TAIL_BYTES];
      int count = Math.max(0, file.read(bytes));
      return new String(bytes, 0, count, StandardCharsets.UTF_8).stripTrailing();
    }
  }

  private static Optional<Path> onPath(String program) {
    String path = System.getenv("PATH");
    for (String folder : path == null ? new String[0] : path.split(":", -1)) {
      Path candidate = Path.of(folder, program);
      if (!folder.isEmpty() && Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
