package dev.dynode.runtime;

import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.KeeperProtocol.Order;
import dev.dynode.keeper.KeeperProtocol.Report;
import dev.dynode.libc.Libc;
import dev.dynode.libc.ProcessTable;
import dev.dynode.libc.Stream;
import dev.dynode.port.ProcessRuntime.ExitStatus;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.port.ProcessRuntime.WindowSize;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A launch that the keeper keeps, in the node. */
final class KeptProcess implements RunningProcess {
  private static final byte[] END_OF_INPUT = {4};
  private static final int SIGCONT = 18;
  private static final long UP_NANOS = 2_000_000_000L;
  private static final long LOOK_NANOS = 1_000_000;

  private final KeeperLink link;
  private final String launch;
  private final String mark;
  private final int keeper;
  private final boolean boxed;
  private final DynoId dyno;
  private final int generation;
  private final int pid;
  private final @Nullable Stream output;
  private final @Nullable Stream input;
  private final boolean terminal;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

  private volatile long released;
  private long diskMeasured;
  private long diskBytes;
  private long position;
  private byte[] rest = {};
  private int restFrom;
  private volatile boolean closed;
  private volatile @Nullable CompletableFuture<Report.Output> asked;

  /**
   * @param output null: the keeper reads it for us
   * @param input where writes go; the terminal again, a pipe, or null for none
   * @param released offset of the first byte of output that can be read
   */
  KeptProcess(
      KeeperLink link,
      String launch,
      Report.Hello keeper,
      int pid,
      @Nullable Stream output,
      @Nullable Stream input,
      boolean terminal,
      long released) {
    this.link = link;
    this.launch = launch;
    this.mark = keeper.keeper() + ":" + launch;
    this.keeper = keeper.pid();
    this.boxed = !keeper.boxes().isEmpty();
    int colon = launch.indexOf(':');
    this.dyno = DynoId.of(launch.substring(0, colon));
    this.generation = Integer.parseInt(launch.substring(colon + 1));
    this.pid = pid;
    this.output = output;
    this.input = input;
    this.terminal = terminal;
    this.released = released;
    this.position = released;
  }

  /** Lets it run, if it waits for that; false if it does not run. */
  boolean go() throws IOException {
    return !exit.isDone() && link.go(launch);
  }

  /** Lets its keeper forget it, once it has ended. */
  void forget() throws IOException {
    link.forget(launch);
  }

  /** Told by the keeper: nothing of it runs any more. */
  void exited(int status) {
    exit.complete(new ExitStatus(status));
  }

  /** The keeper is gone, and with it the process. */
  void lost(IOException why) {
    exit.completeExceptionally(why);
    letGo();
  }

  void printed(Report.Output output) {
    CompletableFuture<Report.Output> waiting = asked;
    if (waiting != null) {
      waiting.complete(output);
    }
  }

  @Override
  public DynoId dyno() {
    return dyno;
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public int read(byte[] buffer) throws IOException {
    if (output != null) {
      return output.read(buffer);
    }
    if (restFrom == rest.length) {
      Report.Output next = ask();
      if (next.end()) {
        return -1;
      }
      rest = next.bytes();
      restFrom = 0;
    }
    int n = Math.min(buffer.length, rest.length - restFrom);
    System.arraycopy(rest, restFrom, buffer, 0, n);
    restFrom += n;
    position += n;
    return n;
  }

  private Report.Output ask() throws IOException {
    var answer = new CompletableFuture<Report.Output>();
    asked = answer;
    if (closed) {
      throw new IOException("let go");
    }
    link.send(new Order.Read(launch, released, position));
    try {
      return answer.get();
    } catch (ExecutionException | CancellationException e) {
      throw new IOException("let go", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void readFrom(long offset) {
    if (output == null && offset > position) {
      position = offset;
      released = offset;
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void release(long offset) {
    released = offset;
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    if (input == null) {
      throw new IOException("the program has no input");
    }
    input.write(buffer, offset, length);
  }

  @Override
  public void endInput() throws IOException {
    if (terminal) {
      write(END_OF_INPUT, 0, 1);
    } else if (input != null) {
      input.close();
      link.send(new Order.CloseInput(launch));
    }
  }

  @Override
  public void resize(WindowSize size) {
    if (terminal && output != null && !exit.isDone()) {
      try {
        Libc.windowSize(output.fd(), size.columns(), size.rows());
      } catch (IOException e) {
        LoggerFactory.getLogger(KeptProcess.class).debug("resize of {}", mark, e);
      }
    }
  }

  @Override
  public void signal(Signal signal) {
    if (boxed && signal == Signal.KILL) {
      if (!exit.isDone()) {
        Libc.kill(pid, signal.number()); // and with the monitor everything in the box
      }
      return;
    }
    Set<Integer> told = new HashSet<>();
    long begin = ProcessTable.now();
    boolean first = true;
    boolean again = true;
    while (again && !exit.isDone()) { // a process may fork while we look
      again = false;
      for (int member : members()) {
        // What a program starts because of the signal, to end well, is not meant by it; the clock
        // of processes is coarse.
        boolean meant = first || signal == Signal.KILL || ProcessTable.startedBefore(member, begin);
        if (meant && told.add(member)) {
          again = true;
          Libc.kill(member, signal.number());
          if (signal != Signal.KILL) {
            Libc.kill(member, SIGCONT); // a stopped one hears nothing else
          }
        }
      }
      first = false;
    }
  }

  @Override
  public Optional<Usage> usage() throws IOException {
    if (diskMeasured == 0 || link.held().old(diskMeasured)) {
      diskBytes = link.held().diskBytes(dyno);
      diskMeasured = System.nanoTime();
    }
    return Optional.of(link.held().usage(dyno, generation, diskBytes, this::running));
  }

  private Set<Integer> running() {
    if (exit.isDone()) {
      return Set.of();
    }
    return boxed ? boxed() : ProcessTable.members(pid, mark, keeper, link.leaders());
  }

  /** A group is the better list: a look at the whole machine takes long where much runs. */
  private Set<Integer> boxed() {
    try {
      Optional<Set<Integer>> grouped = link.held().grouped(dyno, generation);
      if (grouped.isPresent()) {
        return ProcessTable.boxed(pid, grouped.get());
      }
    } catch (IOException e) {
      LoggerFactory.getLogger(KeptProcess.class).debug("group of {}", mark, e); // it goes away
    }
    return ProcessTable.boxed(pid);
  }

  /** What runs of it; waits for a box that is not up yet. */
  private Set<Integer> members() {
    Set<Integer> members = running();
    long deadline = System.nanoTime() + UP_NANOS;
    while (boxed && members.isEmpty() && !exit.isDone() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_NANOS);
      members = running();
    }
    return members;
  }

  @Override
  public CompletionStage<ExitStatus> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void close() {
    letGo();
    if (output != null) {
      output.close();
    }
    if (input != null) {
      input.close();
    }
  }

  /** Whoever waits for the keeper to read waits in vain. */
  private void letGo() {
    closed = true;
    CompletableFuture<Report.Output> waiting = asked;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }

  /** Ends everything at once and waits for it. */
  void kill(RuntimeSettings settings) {
    signal(Signal.KILL);
    try {
      exit.get(settings.killWithin().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LoggerFactory.getLogger(KeptProcess.class).error("{} does not end", mark, e);
    }
  }
}
