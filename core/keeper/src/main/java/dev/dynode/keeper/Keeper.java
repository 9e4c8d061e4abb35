package dev.dynode.keeper;

import dev.dynode.keeper.KeeperProtocol.Order;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.keeper.KeeperProtocol.Report;
import dev.dynode.libc.Libc;
import dev.dynode.libc.ProcessTable;
import dev.dynode.libc.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The program that must not die: parent of all dynos of a data folder. It starts them, holds their
 * terminals and pipes, and knows how they ended, whatever becomes of the node. One thread, one
 * epoll, nothing but the JDK. A node connects to its socket and is handed the descriptors
 * themselves; while there is none the kernel lets the programs wait. Output that nobody is attached
 * to is read here, only when the node asks, and kept until the node says that it has stored it.
 *
 * <p>If the keeper dies, its {@link Watchdog} ends the dynos.
 */
public final class Keeper {
  private static final int BATCH = 256;
  private static final int CHUNK = 64 * 1024;
  private static final int ADD = 1;
  private static final int MODIFY = 3;
  private static final long LISTENER = 0;
  private static final long CONNECTION = 1;
  private static final long FIRST_KEY = 16;
  private static final int SWEEP_MILLIS = 1;
  private static final String UNHEARD = "nobody has heard of this host for the length of its lease";

  /** How long it waits for the node that started it. */
  private static final long FIRST_NODE_NANOS = 60_000_000_000L;

  private static final int LOOK_MILLIS = 1_000;
  private static final long REAP_NANOS = 1_000_000_000L;

  private final String id = UUID.randomUUID().toString();
  private final int self = Math.toIntExact(ProcessHandle.current().pid());
  private final long killNanos;
  private final long unusedNanos;
  private final long unfetchedNanos;
  private long patienceNanos = FIRST_NODE_NANOS;
  private final int epoll;
  private final int listener;
  private final Watchdog guard;
  private final @Nullable Overlays boxes;
  private final Map<String, KeptLaunch> launches = new HashMap<>();
  private final Map<Long, KeptLaunch> keys = new HashMap<>();
  private final List<KeptLaunch> sweeping = new ArrayList<>();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer = arena.allocate(CHUNK);
  private final MemorySegment state = Libc.state(arena);
  private @Nullable KeeperConnection connection;
  private long nextKey = FIRST_KEY;
  private long unusedSince = System.nanoTime();
  private boolean stopping;
  private boolean retired;
  private boolean leased;
  private boolean lapsed;
  private long leaseEnd;

  private Keeper(
      Path socket,
      Duration killWithin,
      Duration unused,
      Duration unfetched,
      String user,
      String boxes)
      throws IOException {
    killNanos = killWithin.toNanos();
    unusedNanos = unused.toNanos();
    unfetchedNanos = unfetched.toNanos();
    Libc.umask(0077);
    Libc.adoptOrphans();
    this.boxes = boxes.isEmpty() ? null : Overlays.open(Path.of(boxes));
    epoll = Libc.epollCreate();
    guard = new Watchdog(id, user);
    listener = UnixSocket.listen(socket);
    Libc.epollControl(epoll, ADD, listener, Libc.EPOLLIN, LISTENER);
  }

  /**
   * Keeps until it is told to stop, was not needed for a while, or has retired and keeps nothing.
   *
   * @param arguments its {@link KeeperPlace}, milliseconds for a kill, to live unused, and to live
   *     for what nobody has fetched, user of plain dynos where that is another one, folder for the
   *     file systems of sandboxes; nothing where there is none
   */
  public static void main(String[] arguments) throws IOException {
    var place = new KeeperPlace(Path.of(arguments[0]));
    try (var channel =
            FileChannel.open(place.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      if (lock == null) {
        return; // another one lives here
      }
      var keeper =
          new Keeper(
              place.socket(),
              Duration.ofMillis(Long.parseLong(arguments[1])),
              Duration.ofMillis(Long.parseLong(arguments[2])),
              Duration.ofMillis(Long.parseLong(arguments[3])),
              arguments[4],
              arguments[5]);
      Files.writeString(place.pid(), keeper.self + "\n");
      try {
        keeper.run();
      } finally {
        Files.deleteIfExists(place.pid());
        Files.deleteIfExists(place.socket());
      }
    }
  }

  private void run() {
    long reaped = System.nanoTime();
    MemorySegment events = arena.allocate((long) BATCH * Libc.EpollEvents.BYTES, 8);
    while (!over()) {
      checkLease();
      int n =
          Libc.epollWait(
              epoll, events, BATCH, sweeping.isEmpty() ? LOOK_MILLIS : SWEEP_MILLIS, state);
      for (int i = 0; i < n; i++) {
        try {
          ready(Libc.EpollEvents.data(events, i), Libc.EpollEvents.events(events, i));
        } catch (IOException | RuntimeException e) {
          complain(e);
        }
      }
      sweep();
      if (System.nanoTime() - reaped > REAP_NANOS) {
        reapOrphans();
        reaped = System.nanoTime();
      }
    }
    guard.close();
  }

  /**
   * Nobody has said in time that the control plane still knows of the dynos: it may have given them
   * up. Looked at before anything else, so that a machine that was frozen does not go on. Once: a
   * node that comes later starts anew.
   */
  private void checkLease() {
    if (leased && System.nanoTime() - leaseEnd > 0) {
      leased = false;
      lapsed = true;
      killAll(false);
    }
  }

  private void killAll(boolean trials) {
    for (KeptLaunch launch : launches.values()) {
      if (!launch.ended() && (trials || !launch.trial())) {
        Libc.kill(launch.pid(), KeptLaunch.SIGKILL);
      }
    }
  }

  /** Whether nobody needs it any more. */
  private boolean over() {
    boolean running = !launches.values().stream().allMatch(KeptLaunch::ended);
    if (stopping) {
      return !running;
    }
    if (running || (connection != null && !(retired && launches.isEmpty()))) {
      unusedSince = System.nanoTime();
      return false;
    }
    long unused = System.nanoTime() - unusedSince;
    if (!launches.isEmpty() && unused > patienceNanos) {
      launches.values().stream().filter(KeptLaunch::nobodys).toList().forEach(this::forget);
    }
    return launches.isEmpty() ? retired || unused > patienceNanos : unused > unfetchedNanos;
  }

  private static void complain(Exception e) {
    System.err.println(java.time.Instant.now() + " " + e);
    e.printStackTrace();
  }

  private void ready(long key, int events) throws IOException {
    if (key == LISTENER) {
      accept();
    } else if (key == CONNECTION) {
      KeeperConnection node = connection;
      if (node != null) {
        converse(node, events);
      }
    } else {
      KeptLaunch launch = keys.get(key);
      if (launch != null && key == launch.exitKey()) {
        ended(launch);
      } else if (launch != null && key == launch.outputKey()) {
        answer(launch);
      } else if (launch != null && key == launch.connectedKey()) {
        launch.connected();
      } else if (launch != null) {
        launch.connect(buffer, state);
      }
    }
  }

  private void accept() throws IOException {
    int fd = UnixSocket.accept(listener);
    if (fd < 0) {
      return;
    }
    hangUp(); // there is one node: the new one
    patienceNanos = unusedNanos;
    retired = false;
    lapsed = false;
    var node = new KeeperConnection(fd);
    connection = node;
    Libc.epollControl(epoll, ADD, fd, Libc.EPOLLIN, CONNECTION);
    String mounts = boxes == null ? "" : boxes.folder().toString();
    tell(new Report.Hello(id, self, mounts, KeeperProtocol.VERSION));
  }

  private void hangUp() {
    KeeperConnection node = connection;
    if (node != null) {
      connection = null;
      node.close();
      for (KeptLaunch launch : List.copyOf(launches.values())) {
        launch.nobodyWants();
        if (launch.waits()) { // the next node knows nothing of it, and its client may never come
          launch.abandon();
          if (launch.ended()) {
            forget(launch);
          }
        }
      }
    }
  }

  private void converse(KeeperConnection node, int events) throws IOException {
    try {
      if ((events & Libc.EPOLLOUT) != 0 && node.flush()) {
        Libc.epollControl(epoll, MODIFY, node.fd(), Libc.EPOLLIN, CONNECTION);
      }
      if ((events & ~Libc.EPOLLOUT) != 0) {
        for (byte[] frame : node.receive(buffer)) {
          carry(KeeperProtocol.order(frame));
        }
      }
    } catch (IOException gone) {
      hangUp();
    }
  }

  private void tell(Report report, int... descriptors) {
    KeeperConnection node = connection;
    if (node == null) {
      return;
    }
    try {
      if (!node.send(KeeperProtocol.frame(report), descriptors)) {
        Libc.epollControl(epoll, MODIFY, node.fd(), Libc.EPOLLIN | Libc.EPOLLOUT, CONNECTION);
      }
    } catch (IOException gone) {
      hangUp();
    }
  }

  private void carry(Order order) throws IOException {
    switch (order) {
      case Order.Start(long call, Program program) -> start(call, program);
      case Order.Go(long call, String name) -> go(call, launches.get(name));
      case Order.Tell(long call) -> {
        for (KeptLaunch launch : List.copyOf(launches.values())) {
          if (!launch.waits()) {
            tell(launch.kept(), launch.descriptors());
          }
        }
        tell(new Report.Told(call));
      }
      case Order.Read(String name, long released, long from) -> {
        KeptLaunch launch = launches.get(name);
        if (launch != null) {
          launch.want(released, from);
          answer(launch);
        }
      }
      case Order.CloseInput(String name) -> {
        KeptLaunch launch = launches.get(name);
        if (launch != null) {
          launch.closeInput();
        }
      }
      case Order.Forget(String name) -> {
        KeptLaunch launch = launches.get(name);
        if (launch != null && launch.ended()) {
          forget(launch);
        }
      }
      case Order.Retire() -> retired = true;
      case Order.KeepFor(long millis) -> {
        leased = true;
        lapsed = false;
        leaseEnd = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      }
      case Order.Stop() -> {
        stopping = true;
        killAll(true);
      }
    }
  }

  private void forget(KeptLaunch launch) {
    launches.remove(launch.name());
    keys.values().removeIf(known -> known == launch);
    launch.close();
  }

  private void start(long call, Program program) {
    if (lapsed && !program.trial()) {
      tell(new Report.NotStarted(call, UNHEARD));
      return;
    }
    if (launches.containsKey(program.launch())) {
      tell(new Report.NotStarted(call, program.launch() + " was started before"));
      return;
    }
    long key = nextKey;
    nextKey += KeptLaunch.KEYS;
    try {
      KeptLaunch launch = KeptLaunch.start(id, program, key, boxes);
      launches.put(program.launch(), launch);
      keys.put(launch.exitKey(), launch);
      Libc.epollControl(
          epoll, ADD, launch.pidfd(), Libc.EPOLLIN | Libc.EPOLLONESHOT, launch.exitKey());
      if (launch.retained()) {
        keys.put(launch.outputKey(), launch);
        Libc.epollControl(epoll, ADD, launch.output(), Libc.EPOLLONESHOT, launch.outputKey());
      }
      if (launch.told() >= 0) {
        keys.put(launch.connectKey(), launch);
        Libc.epollControl(
            epoll, ADD, launch.told(), Libc.EPOLLIN | Libc.EPOLLONESHOT, launch.connectKey());
        keys.put(launch.connectedKey(), launch);
        Libc.epollControl(
            epoll, ADD, launch.up(), Libc.EPOLLIN | Libc.EPOLLONESHOT, launch.connectedKey());
      }
      int[] descriptors = launch.descriptors();
      tell(new Report.Started(call, launch.pid(), descriptors.length), descriptors);
    } catch (IOException e) {
      tell(new Report.NotStarted(call, String.valueOf(e.getMessage())));
    }
  }

  private void go(long call, @Nullable KeptLaunch launch) {
    try {
      if (launch == null || !launch.waits() || launch.status() >= 0) {
        tell(new Report.NotStarted(call, "no program waits"));
      } else if (lapsed && !launch.trial()) { // it is being killed
        tell(new Report.NotStarted(call, UNHEARD));
      } else {
        launch.go();
        tell(new Report.Started(call, launch.pid(), 0));
      }
    } catch (IOException e) {
      tell(new Report.NotStarted(call, String.valueOf(e.getMessage())));
    }
  }

  /** Sends what is there, or waits for it. */
  private void answer(KeptLaunch launch) throws IOException {
    switch (launch.next(buffer, state)) {
      case KeptLaunch.Next.Nothing() -> {}
      case KeptLaunch.Next.Later() ->
          Libc.epollControl(
              epoll, MODIFY, launch.output(), Libc.EPOLLIN | Libc.EPOLLONESHOT, launch.outputKey());
      case KeptLaunch.Next.Now(Report.Output output) -> tell(output);
    }
  }

  private void ended(KeptLaunch launch) {
    launch.reap();
    launch.sweepUntil(System.nanoTime() + killNanos);
    sweeping.add(launch);
  }

  /** An exit is told once nothing of the launch is left; the rest is killed. */
  private void sweep() {
    if (sweeping.isEmpty()) {
      return;
    }
    // A box needs no search for what may have escaped from it.
    Set<Integer> leaders = boxes == null ? leaders() : Set.of();
    Set<Integer> orphans = boxes == null ? orphans(leaders) : Set.of();
    for (KeptLaunch launch : List.copyOf(sweeping)) {
      if (launch.swept(self, orphans, leaders)) {
        sweeping.remove(launch);
        if (launch.abandoned()) {
          forget(launch);
        } else {
          tell(new Report.Exited(launch.name(), launch.status()));
        }
      }
    }
  }

  /** Children that are no launch's first process: orphans of the dynos. */
  private Set<Integer> orphans(Set<Integer> leaders) {
    Set<Integer> found = ProcessTable.children(self);
    found.removeAll(leaders);
    return found;
  }

  private Set<Integer> leaders() {
    return launches.values().stream().map(KeptLaunch::pid).collect(Collectors.toSet());
  }

  /** Reaps orphans that ended, and ends those that a look at their launch's end did not find. */
  private void reapOrphans() {
    for (int orphan : orphans(leaders())) {
      ProcessTable.Line line = ProcessTable.line(orphan);
      String mark = ProcessTable.mark(orphan);
      if (line != null && line.ended()) {
        Libc.reap(orphan);
      } else if (mark != null && mark.startsWith(id)) {
        KeptLaunch launch = launches.get(mark.substring(id.length() + 1));
        if (launch == null || launch.ended()) {
          Libc.kill(orphan, KeptLaunch.SIGKILL);
        }
      }
    }
  }
}
