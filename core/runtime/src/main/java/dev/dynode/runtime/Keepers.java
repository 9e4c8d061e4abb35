package dev.dynode.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dynode.keeper.Keeper;
import dev.dynode.keeper.KeeperPlace;
import dev.dynode.keeper.KeeperProtocol;
import dev.dynode.keeper.KeeperProtocol.Order;
import dev.dynode.keeper.KeeperProtocol.Report;
import dev.dynode.keeper.ShellDefaults;
import dev.dynode.libc.Libc;
import dev.dynode.libc.Poller;
import dev.dynode.libc.Spawner;
import dev.dynode.libc.UnixSocket;
import dev.dynode.runtime.files.DynoFiles;
import dev.dynode.runtime.isolation.SandboxProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the keeper of a data folder, starts one where there is none, and another if it died. After
 * an upgrade that one is a new keeper, and starts all dynos from then on; the former ones keep
 * theirs until these have ended, and end with the last. Thread-safe.
 */
final class Keepers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keepers.class);
  private static final int LOOK_MILLIS = 5;
  private static final int MOST_WORDS = 500;
  private static final int SIGTERM = 15;

  private final Path folder;
  private final RuntimeSettings settings;
  private final UsageReader held;
  private final Poller poller;
  private final Path code;
  private final List<String> flags;
  private final List<String> arguments;
  private final KeeperPlace own;
  private final List<KeeperLink> former = new ArrayList<>();
  private @Nullable KeeperLink link;
  private int spawned;

  /** Length of the log before the keeper was started last. */
  private long said;

  private boolean closed;

  /**
   * @param boxes where a new keeper mounts the file systems of sandboxes; empty: it makes none
   * @param user of plain dynos; -1: this process's
   * @param code jar or folder of its classes
   */
  Keepers(
      Path folder, RuntimeSettings settings, String boxes, int user, UsageReader held, Path code)
      throws IOException {
    this.held = held;
    this.folder = folder;
    this.settings = settings;
    this.code = code;
    flags = new ArrayList<>(boxes.isEmpty() ? List.of() : SandboxProbe.withMounts());
    flags.addAll(
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
            "-cp"));
    arguments =
        List.of(
            String.valueOf(settings.killWithin().toMillis()),
            String.valueOf(settings.keeperUnused().toMillis()),
            String.valueOf(settings.keeperUnfetched().toMillis()),
            user < 0 ? "" : Integer.toString(user),
            boxes);
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    List<String> identity = new ArrayList<>(flags);
    identity.addAll(arguments);
    own = KeeperPlace.of(folder, code, identity);
    poller = new Poller();
    link = find(own);
    findFormer();
    if (link == null) {
      spawn();
    }
  }

  private void findFormer() throws IOException {
    List<KeeperPlace> places = KeeperPlace.in(folder);
    places.remove(own);
    for (KeeperPlace place : places) {
      KeeperLink found = find(place);
      if (found == null) {
        discard(place);
        continue;
      }
      Report.Hello keeper = found.keeper();
      if (keeper.version() < KeeperProtocol.OLDEST || keeper.version() > KeeperProtocol.VERSION) {
        throw new IOException(
            "Process %d keeps dynos that another version of Dynode started, and this one does not understand it (%d, not %d to %d); stop them with that version first"
                .formatted(
                    keeper.pid(), keeper.version(), KeeperProtocol.OLDEST, KeeperProtocol.VERSION));
      }
      former.add(found);
    }
  }

  private static void discard(KeeperPlace place) {
    try {
      DynoFiles.delete(place.folder());
    } catch (IOException e) {
      LOG.warn("the place of a former keeper is left: {}", e.getMessage());
    }
  }

  /** A link to the keeper that lives there, if one does. */
  private @Nullable KeeperLink find(KeeperPlace place) throws IOException {
    int fd;
    try {
      fd = UnixSocket.connect(place.socket());
    } catch (Libc.CallFailed nobody) {
      return null;
    }
    var found = new KeeperLink(fd, poller, held);
    try {
      Report.Hello keeper = found.keeper(settings.keeperStart());
      LOG.debug("dynos are kept by process {}", keeper.pid());
      return found;
    } catch (TimeoutException e) {
      found.close();
      throw new IOException(
          "the keeper of this host's dynos, process %s, does not answer within %s (dynode.runtime.keeper.start-within): it is stopped, or this machine is too busy"
              .formatted(
                  Files.exists(place.pid()) ? Files.readString(place.pid()).strip() : "?",
                  within()),
          e);
    } catch (IOException e) {
      LOG.debug("a keeper ended just now", e);
      return null;
    }
  }

  /** The keeper that starts dynos. */
  synchronized KeeperLink current() throws IOException {
    if (closed) {
      throw new IOException("this runtime is closed");
    }
    KeeperLink known = link;
    if (known != null && !known.gone().isDone()) {
      return known;
    }
    if (known != null) {
      LOG.error("the keeper of this host's dynos is gone; starting another");
      spawn();
    }
    KeeperLink next = awaited();
    link = next;
    return next;
  }

  private synchronized List<KeeperLink> links() {
    former.removeIf(each -> each.gone().isDone());
    List<KeeperLink> links = new ArrayList<>(former);
    if (link != null && !link.gone().isDone()) {
      links.add(link);
    }
    return links;
  }

  /** Everything that is kept, running or ended. Once, before anything is started. */
  synchronized List<KeptProcess> tell() throws IOException {
    List<KeptProcess> told = new ArrayList<>(current().tell());
    for (KeeperLink each : former) {
      told.addAll(each.tell());
      each.send(new Order.Retire());
      LOG.info("a former keeper, process {}, ends with its last dyno", each.keeper().pid());
    }
    return told;
  }

  /**
   * Has everything killed when so much time has passed without this being said again.
   *
   * @throws IOException if one of the keepers does not know leases, or is gone
   */
  void keepFor(Duration time) throws IOException {
    for (KeeperLink each : links()) {
      if (each.keeper().version() < KeeperProtocol.WITH_LEASE) {
        throw new IOException(
            "process %d keeps dynos that an earlier version of Dynode started; they cannot be fenced"
                .formatted(each.keeper().pid()));
      }
      each.send(new Order.KeepFor(time.toMillis()));
    }
  }

  /** What was told or started, and not forgotten. */
  List<KeptProcess> processes() {
    return links().stream().flatMap(each -> each.processes().stream()).toList();
  }

  int size() {
    return links().stream().mapToInt(KeeperLink::size).sum();
  }

  private void spawn() throws IOException {
    Path log = folder.resolve("log");
    said = Files.exists(log) ? Files.size(log) : 0;
    List<String> command = new ArrayList<>(flags);
    command.addAll(List.of(own.settle(code).toString(), Keeper.class.getName()));
    command.add(own.folder().toString());
    command.addAll(arguments);
    spawned =
        Spawner.spawn(
            command,
            Map.of("PATH", ShellDefaults.PATH, "LC_ALL", "C.UTF-8"),
            Path.of("/"),
            new Spawner.Source.File("/dev/null", Libc.O_RDWR),
            new Spawner.Source.File(
                folder.resolve("log").toString(), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND));
  }

  /** The keeper that was started: by this node, or just before by one that was killed. */
  private KeeperLink awaited() throws IOException {
    long deadline = System.nanoTime() + settings.keeperStart().toNanos();
    while (System.nanoTime() < deadline) {
      KeeperLink found = find(own);
      if (found != null) {
        return found;
      }
      Integer status = spawned > 0 ? Libc.reap(spawned) : null;
      if (status != null && status == 0) {
        spawn(); // another one held the place
      } else if (status != null) {
        throw new IOException(
            "the keeper of this host's dynos ended with status %d as it started%s"
                .formatted(Libc.code(status), words()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        endUnheard();
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    endUnheard();
    throw new IOException(
        "the keeper of this host's dynos has not started within %s, the longest it may take (dynode.runtime.keeper.start-within); a busy machine needs more%s"
            .formatted(within(), words()));
  }

  private String within() {
    return settings.keeperStart().toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /** What the keeper that was started last has written. */
  private String words() throws IOException {
    Path log = folder.resolve("log");
    byte[] all = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
    int from = (int) Math.min(said, all.length);
    String text = new String(all, from, Math.min(all.length - from, MOST_WORDS), UTF_8).strip();
    return text.isEmpty() ? "" : "; it says: " + text;
  }

  /** One that nobody has spoken to keeps nothing, and need not wait for somebody who does. */
  private void endUnheard() {
    if (spawned > 0) {
      Libc.kill(spawned, SIGTERM);
    }
  }

  /** Lets the keepers and what they keep go on. */
  synchronized void leave() {
    if (!closed) {
      closed = true;
      former.forEach(KeeperLink::close);
      if (link != null) {
        link.close();
      }
      poller.close();
    }
  }

  /** Ends the keepers and all they keep, and waits for them. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    try {
      if (link == null) {
        current();
      }
      List<KeeperLink> last = links();
      for (KeeperLink each : last) {
        each.send(new Order.Stop());
      }
      for (KeeperLink each : last) {
        each.gone()
            .completeOnTimeout(null, 2 * settings.killWithin().toMillis(), TimeUnit.MILLISECONDS)
            .join();
      }
      if (spawned > 0) {
        Libc.reap(spawned);
      }
    } catch (IOException e) {
      LOG.warn("the keeper of this host's dynos could not be stopped", e);
    }
    leave();
  }
}
