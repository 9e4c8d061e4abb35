package dev.dynode.runtime;

import dev.dynode.keeper.Frames;
import dev.dynode.keeper.Keeper;
import dev.dynode.keeper.KeeperProtocol;
import dev.dynode.keeper.KeeperProtocol.Order;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.keeper.KeeperProtocol.Report;
import dev.dynode.libc.Libc;
import dev.dynode.libc.Poller;
import dev.dynode.libc.ProcessTable;
import dev.dynode.libc.Stream;
import dev.dynode.libc.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's connection to its {@link Keeper}, and the launches it learnt of. Thread-safe. */
final class KeeperLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeeperLink.class);
  private static final int CHUNK = 64 * 1024;
  private static final long DEATH_NANOS = 10_000_000_000L;
  private static final long LOOK_NANOS = 1_000_000;
  private static final int HALTED = 70; // EX_SOFTWARE

  private final int fd;
  private final Poller poller;
  private final UsageReader held;
  private final ReentrantLock sending = new ReentrantLock();
  private final AtomicLong calls = new AtomicLong();
  private final Map<Long, Starting> starting = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<Boolean>> going = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<List<KeptProcess>>> telling = new ConcurrentHashMap<>();
  private final Map<String, KeptProcess> processes = new ConcurrentHashMap<>();
  private final CompletableFuture<Report.Hello> hello = new CompletableFuture<>();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final List<KeptProcess> told = new ArrayList<>();
  private boolean closed;

  private record Starting(Program program, CompletableFuture<KeptProcess> started) {}

  /**
   * Speaks to a keeper.
   *
   * @param fd a connected socket, closed with this
   */
  KeeperLink(int fd, Poller poller, UsageReader held) {
    this.held = held;
    this.fd = fd;
    this.poller = poller;
    Thread.ofPlatform().daemon().name("dynode-keeper-link").start(this::listen);
  }

  /** Who it is. */
  Report.Hello keeper() throws IOException {
    return await(hello);
  }

  /** The same, of one that may be stopped. */
  Report.Hello keeper(Duration within) throws IOException, TimeoutException {
    try {
      hello.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      // as below
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return keeper();
  }

  /** Completed once the keeper is gone, and what it kept with it, or this was closed. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  UsageReader held() {
    return held;
  }

  int size() {
    return processes.size();
  }

  /** First processes of all launches. */
  Set<Integer> leaders() {
    return processes.values().stream()
        .map(process -> Math.toIntExact(process.pid()))
        .collect(Collectors.toSet());
  }

  List<KeptProcess> processes() {
    return List.copyOf(processes.values());
  }

  KeptProcess start(Program program) throws IOException {
    long call = calls.incrementAndGet();
    var started = new CompletableFuture<KeptProcess>();
    starting.put(call, new Starting(program, started));
    try {
      send(new Order.Start(call, program));
      return await(started);
    } finally {
      starting.remove(call);
    }
  }

  /**
   * Lets a launch that waits run.
   *
   * @return false if it does not
   * @throws IOException if nobody knows, for the keeper is gone
   */
  boolean go(String launch) throws IOException {
    long call = calls.incrementAndGet();
    var gone = new CompletableFuture<Boolean>();
    going.put(call, gone);
    try {
      send(new Order.Go(call, launch));
      return await(gone);
    } finally {
      going.remove(call);
    }
  }

  /** Everything that is kept, running or ended. Once, before anything is started. */
  List<KeptProcess> tell() throws IOException {
    long call = calls.incrementAndGet();
    var all = new CompletableFuture<List<KeptProcess>>();
    telling.put(call, all);
    send(new Order.Tell(call));
    return await(all);
  }

  void forget(String launch) throws IOException {
    processes.remove(launch);
    if (!gone.isDone()) {
      send(new Order.Forget(launch));
    }
  }

  void send(Order order) throws IOException {
    byte[] frame = KeeperProtocol.frame(order);
    sending.lock();
    try (Arena arena = Arena.ofConfined()) {
      if (closed || gone.isDone()) {
        throw new IOException("the keeper of this host's dynos is gone");
      }
      MemorySegment rest = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
      while (rest.byteSize() > 0) {
        long n = UnixSocket.send(fd, rest, new int[0]);
        if (n < 0 && n != -Libc.EINTR) {
          throw new Libc.CallFailed("sendmsg to the keeper", (int) -n);
        }
        rest = rest.asSlice(Math.max(0, n));
      }
    } finally {
      sending.unlock();
    }
  }

  private <T> T await(CompletableFuture<T> answer) throws IOException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void listen() {
    var frames = new Frames();
    var descriptors = new ArrayDeque<Integer>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(CHUNK);
      while (true) {
        long n = UnixSocket.receive(fd, buffer, descriptors::add);
        if (n == -Libc.EINTR) {
          continue;
        }
        if (n <= 0) {
          break;
        }
        byte[] piece = buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        frames.add(piece, piece.length);
        for (byte[] frame = frames.next(); frame != null; frame = frames.next()) {
          heed(KeeperProtocol.report(frame), descriptors);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("what the keeper says cannot be understood", e);
    } finally {
      ended();
    }
  }

  private void ended() {
    sending.lock();
    try {
      gone.complete(null);
      Libc.close(fd);
    } finally {
      sending.unlock();
    }
    var failure = new IOException("the keeper of this host's dynos is gone");
    hello.completeExceptionally(failure);
    starting.values().forEach(call -> call.started().completeExceptionally(failure));
    going.values().forEach(call -> call.completeExceptionally(failure));
    telling.values().forEach(call -> call.completeExceptionally(failure));
    if (!closed) {
      awaitDeath();
      processes.values().forEach(process -> process.lost(failure));
    }
  }

  /**
   * Dynos are lost with their keeper, not with a connection. Should that break while the keeper
   * lives, this life of the node ends here: the next one finds everything as it is.
   */
  private void awaitDeath() {
    if (hello.isCompletedExceptionally()) {
      return;
    }
    int keeper = hello.join().pid();
    long deadline = System.nanoTime() + DEATH_NANOS;
    for (var line = ProcessTable.line(keeper);
        line != null && !line.ended();
        line = ProcessTable.line(keeper)) {
      if (System.nanoTime() > deadline) {
        LOG.error("the connection to the keeper broke, and the keeper lives; this node ends");
        Runtime.getRuntime().halt(HALTED);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void heed(Report report, ArrayDeque<Integer> descriptors) throws IOException {
    switch (report) {
      case Report.Hello said -> hello.complete(said);
      case Report.Started(long call, int pid, int count) -> {
        CompletableFuture<Boolean> goes = going.get(call);
        if (goes != null) {
          goes.complete(true);
          return;
        }
        Starting asked = starting.get(call);
        if (asked == null) {
          throw new IOException("an answer to a start that was not asked for");
        }
        Program program = asked.program();
        asked
            .started()
            .complete(
                known(
                    program.launch(),
                    pid,
                    program.columns() > 0,
                    program.input(),
                    !program.input(),
                    0,
                    take(descriptors, count)));
      }
      case Report.NotStarted(long call, String reason) -> {
        Starting asked = starting.get(call);
        if (asked != null) {
          asked.started().completeExceptionally(new IOException(reason));
        }
        CompletableFuture<Boolean> goes = going.get(call);
        if (goes != null) {
          goes.complete(false);
        }
      }
      case Report.Kept kept -> {
        KeptProcess process =
            known(
                kept.launch(),
                kept.pid(),
                kept.terminal(),
                kept.input(),
                kept.retained(),
                kept.released(),
                take(descriptors, kept.descriptors()));
        if (kept.status() >= 0) {
          process.exited(kept.status());
        }
        told.add(process);
      }
      case Report.Told(long call) -> {
        CompletableFuture<List<KeptProcess>> all = telling.remove(call);
        if (all != null) {
          all.complete(List.copyOf(told));
        }
      }
      case Report.Output output -> {
        KeptProcess process = processes.get(output.launch());
        if (process != null) {
          process.printed(output);
        }
      }
      case Report.Exited(String launch, int status) -> {
        KeptProcess process = processes.get(launch);
        if (process != null) {
          process.exited(status);
        }
      }
    }
  }

  private KeptProcess known(
      String launch,
      int pid,
      boolean terminal,
      boolean input,
      boolean retained,
      long released,
      int[] descriptors)
      throws IOException {
    Stream output = retained ? null : new Stream(poller, descriptors[descriptors.length - 1]);
    Stream typed =
        terminal ? output : input && !retained ? new Stream(poller, descriptors[0]) : null;
    var process =
        new KeptProcess(this, launch, await(hello), pid, output, typed, terminal, released);
    processes.put(launch, process);
    return process;
  }

  private static int[] take(ArrayDeque<Integer> descriptors, int count) throws IOException {
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) {
      Integer fd = descriptors.poll();
      if (fd == null) {
        throw new IOException("a descriptor is missing");
      }
      taken[i] = fd;
    }
    return taken;
  }

  /** Lets the keeper keep on. */
  @Override
  public void close() {
    sending.lock();
    try {
      if (!closed && !gone.isDone()) {
        closed = true;
        UnixSocket.shutDown(fd);
      }
    } finally {
      sending.unlock();
    }
    gone.join();
    processes.values().forEach(KeptProcess::close);
  }
}
