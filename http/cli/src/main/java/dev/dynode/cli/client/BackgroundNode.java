package dev.dynode.cli.client;

import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.OnInterrupt;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
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
import org.jspecify.annotations.Nullable;

/**
 * A transient node started by {@code run}: a process of its own in a session of its own, so that ^C
 * on our terminal does not reach it; it stops by itself when no dyno is left.
 */
public final class BackgroundNode {
  /** The setting of how long it may take to be ready. */
  private static final String START_WITHIN = "start-within";

  private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);
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
  public record Found(NodeAddress address, Optional<BackgroundNode> ours) {}

  /**
   * Finds the node of this data folder or starts one; two callers at once start one. Says on stderr
   * what it waits for, and what a node it starts warns of.
   */
  public static Found findOrStart(Path data) {
    Optional<NodeAddress> running = NodeAddress.running(data);
    if (running.isPresent()) {
      return new Found(running.get(), Optional.empty());
    }
    @Nullable String launcher = System.getProperty("dynode.launcher");
    if (launcher == null) {
      throw new CommandFailed("No node runs on " + data + "; start one with `dynode server`.");
    }
    StartProgress progress = StartProgress.onStderr(data);
    try {
      if (!Files.isDirectory(data)) {
        Files.createDirectories(
            data,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Found found = findOrStart(data, launcher, progress);
      progress.ends("up");
      return found;
    } catch (CommandFailed e) {
      progress.ends("failed");
      throw e;
    } catch (IOException e) {
      progress.ends("failed");
      throw new CommandFailed("Cannot start a node on " + data + ": " + Reason.of(e));
    }
  }

  private static Found findOrStart(Path data, String launcher, StartProgress progress)
      throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                data.resolve("node.start.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = whenFree(channel, progress)) {
      assert lock.isValid();
      Optional<NodeAddress> meanwhile = NodeAddress.running(data);
      while (meanwhile.isEmpty() && NodeProcess.startsWaitingFor(data).isPresent()) {
        pause(progress); // one that somebody else has started
        meanwhile = NodeAddress.running(data);
      }
      if (meanwhile.isPresent()) {
        return new Found(meanwhile.get(), Optional.empty());
      }
      BackgroundNode started = start(data, launcher, progress);
      return new Found(started.address, Optional.of(started));
    }
  }

  /** Another command may hold it while the node that it has started gets ready. */
  private static FileLock whenFree(FileChannel channel, StartProgress progress) throws IOException {
    @Nullable FileLock lock = channel.tryLock();
    while (lock == null) {
      pause(progress);
      lock = channel.tryLock();
    }
    return lock;
  }

  private static void pause(StartProgress progress) {
    progress.look();
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static BackgroundNode start(Path data, String launcher, StartProgress progress)
      throws IOException {
    NodeLog log = new NodeLog(data);
    List<String> command = new ArrayList<>();
    onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
    command.addAll(List.of(launcher, "server", "--transient", "--data", data.toString()));
    command.addAll(List.of("--api-port", "0", "--rendezvous-port", "0", "--router-port", "0"));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()))
            .redirectErrorStream(true)
            .start();
    OnInterrupt.first(process::destroy);
    try {
      return new BackgroundNode(process, data, await(process, data, log, progress));
    } catch (CommandFailed e) {
      end(process);
      throw e;
    }
  }

  private static NodeAddress await(Process process, Path data, NodeLog log, StartProgress progress)
      throws IOException {
    Duration within = NodeConfig.time(NodeConfig.config(null), START_WITHIN, Duration.ofMinutes(3));
    long deadline = System.nanoTime() + within.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<NodeAddress> address =
          NodeAddress.running(data, Duration.ofNanos(deadline - System.nanoTime()), progress::look);
      log.warnings().forEach(progress::warn);
      if (address.isPresent()) {
        return address.get();
      }
      if (exits(process, POLL_MILLIS)) {
        throw new CommandFailed("The node stopped before it was ready: " + log.reason());
      }
      progress.look();
    }
    String waitsFor = progress.waitsFor();
    throw new CommandFailed(
        "The node was not ready within %d s%s. Give it longer, such as DYNODE_START_WITHIN=10m (or dynode.node.start-within in the configuration), or see its log %s."
            .formatted(
                within.toSeconds(),
                waitsFor.isEmpty() ? "" : ": it was still waiting for " + waitsFor,
                log.file()));
  }

  /** Lets it undo what it has begun, its keeper above all; not for ever. */
  private static void end(Process process) {
    process.destroy();
    if (!exits(process, STOPS_WITHIN.toMillis())) {
      process.destroyForcibly();
    }
  }

  /** Stops it: it has had no dyno and would wait for one for ever. */
  public void stop() {
    process.destroy();
  }

  /** Waits until it has let go of its data folder, at most so long, and not while {@code busy}. */
  public void awaitStop(Duration limit, BooleanSupplier busy) {
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
      throw interrupted();
    }
  }

  private static CommandFailed interrupted() {
    Thread.currentThread().interrupt();
    return new CommandFailed("Interrupted.");
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
