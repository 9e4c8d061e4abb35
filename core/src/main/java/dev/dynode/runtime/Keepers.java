package dev.dynode.runtime;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the keeper of a data folder, starts one where there is none, and another if it died. */
final class Keepers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keepers.class);
  private static final int LOOK_MILLIS = 5;

  private final Path folder;
  private final RuntimeSettings settings;
  private final String boxes;
  private final Held held;
  private final Poller poller;
  private @Nullable KeeperLink link;
  private int spawned;
  private boolean closed;

  /**
   * @param boxes where a new keeper mounts the file systems of sandboxes; empty: it makes none
   */
  Keepers(Path folder, RuntimeSettings settings, String boxes, Held held) throws IOException {
    this.held = held;
    this.boxes = boxes;
    this.folder = folder;
    this.settings = settings;
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    poller = new Poller();
    spawnUnlessThere();
  }

  private Path socket() {
    return folder.resolve("socket");
  }

  /** The keeper there is. */
  synchronized KeeperLink current() throws IOException {
    KeeperLink known = link;
    if (closed) {
      throw new IOException("this runtime is closed");
    }
    if (known != null && !known.gone().isDone()) {
      return known;
    }
    if (known != null) {
      LOG.error("the keeper of this host's dynos is gone; starting another");
      spawnUnlessThere();
    }
    KeeperLink next = new KeeperLink(connected(), poller, held);
    KeeperProtocol.Report.Hello keeper = next.keeper();
    if (!keeper.boxes().equals(boxes)) {
      next.close();
      throw new IOException(
          "The keeper of this host's dynos, process "
              + keeper.pid()
              + ", isolates otherwise than is configured now (dynode.runtime.isolation);"
              + " stop its dynos with the configuration it was started with");
    }
    LOG.debug("dynos are kept by process {}", keeper.pid());
    link = next;
    return next;
  }

  synchronized List<KeptProcess> processes() {
    return link == null ? List.of() : link.processes();
  }

  private void spawnUnlessThere() throws IOException {
    try {
      Libc.close(UnixSocket.connect(socket()));
    } catch (Libc.CallFailed none) {
      spawn();
    }
  }

  private void spawn() throws IOException {
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>(boxes.isEmpty() ? List.of() : SandboxProbe.withMounts());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Xms4m",
            "-Xmx128m",
            "-Xss512k",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ownClasses().toString(),
            Keeper.class.getName(),
            socket().toString(),
            String.valueOf(settings.killWithin().toMillis()),
            String.valueOf(settings.keeperUnused().toMillis()),
            boxes));
    spawned =
        Spawner.spawn(
            command,
            Map.of("PATH", Isolation.PATH, "LC_ALL", "C.UTF-8"),
            Path.of("/"),
            new Spawner.Source.File("/dev/null", Libc.O_RDWR),
            new Spawner.Source.File(log.toString(), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND));
  }

  private static Path ownClasses() {
    try {
      return Path.of(Keeper.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private int connected() throws IOException {
    long deadline = System.nanoTime() + settings.keeperStart().toNanos();
    while (true) {
      try {
        return UnixSocket.connect(socket());
      } catch (Libc.CallFailed notYet) {
        if (System.nanoTime() > deadline || (spawned > 0 && Libc.reap(spawned) != null)) {
          throw new IOException(
              "the keeper of this host's dynos does not start; "
                  + folder.resolve("log")
                  + " may say why",
              notYet);
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** Lets the keeper and what it keeps go on. */
  synchronized void leave() {
    if (!closed) {
      closed = true;
      if (link != null) {
        link.close();
      }
      poller.close();
    }
  }

  /** Ends the keeper and all it keeps, and waits for it. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    try {
      KeeperLink last = current();
      last.send(new KeeperProtocol.Order.Stop());
      last.gone()
          .completeOnTimeout(null, 2 * settings.killWithin().toMillis(), TimeUnit.MILLISECONDS)
          .join();
      if (spawned > 0) {
        Libc.reap(spawned);
      }
    } catch (IOException e) {
      LOG.warn("the keeper of this host's dynos could not be stopped", e);
    }
    leave();
  }
}
