package dev.dynode.runtime;

import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime.ExitStatus;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.port.ProcessRuntime.WindowSize;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A launch that runs on this machine. */
final class LocalProcess implements RunningProcess {
  private static final byte[] END_OF_INPUT = {4};
  private static final int SIGCONT = 18;
  private static final int CORE_DUMPED = 0x80;
  private static final long LOOK_MILLIS = 2;

  private final DynoId dyno;
  private final int generation;
  private final String mark;
  private final int pid;
  private final Poller poller;
  private final Stream output;
  private final @Nullable Stream input;
  private final boolean terminal;
  private final RuntimeSettings settings;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final int pidfd;
  private final long pidKey;

  /**
   * @param input where writes go; the terminal again, a pipe, or null for none
   */
  LocalProcess(
      DynoId dyno,
      int generation,
      String mark,
      int pid,
      Poller poller,
      Stream output,
      @Nullable Stream input,
      boolean terminal,
      RuntimeSettings settings)
      throws IOException {
    this.dyno = dyno;
    this.generation = generation;
    this.mark = mark;
    this.pid = pid;
    this.poller = poller;
    this.output = output;
    this.input = input;
    this.terminal = terminal;
    this.settings = settings;
    pidfd = Libc.pidfd(pid);
    pidKey = poller.watch(pidfd, _ -> Thread.ofVirtual().name("dynode-exit").start(this::ended));
    poller.arm(pidfd, pidKey, Libc.EPOLLIN);
  }

  private void ended() {
    Integer status = Libc.reap(pid);
    try {
      end();
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(LocalProcess.class).error("what {} left cannot be ended", mark, e);
    }
    poller.forget(pidfd, pidKey);
    Libc.close(pidfd);
    exit.complete(status == null ? ExitStatus.signalled(Signal.KILL.number()) : decoded(status));
  }

  /** As the shell numbers it: the code, or 128 + the signal. */
  private static ExitStatus decoded(int status) {
    int signal = status & ~CORE_DUMPED & 0x7f;
    return signal == 0 ? new ExitStatus((status >> 8) & 0xff) : ExitStatus.signalled(signal);
  }

  /** Ends and reaps what is left once the first process has ended. */
  private void end() {
    Set<Integer> orphans = orphans();
    if (!orphans.isEmpty()) {
      killAll();
    }
    orphans.forEach(Libc::reap);
  }

  /** Our children that this launch orphaned; the quick look every exit takes. */
  private Set<Integer> orphans() {
    Set<Integer> found = new HashSet<>();
    for (int child : ProcessTable.children()) {
      ProcessTable.Line line = ProcessTable.line(child);
      if (line != null && (line.session() == pid || ProcessTable.carries(child, mark))) {
        found.add(child);
      }
    }
    return found;
  }

  /** SIGKILL until nothing is left, which a process in the kernel's hands may delay. */
  private void killAll() {
    long deadline = System.nanoTime() + settings.killWithin().toNanos();
    Set<Integer> seen = new HashSet<>();
    while (true) {
      Set<Integer> members = ProcessTable.members(pid, mark, false);
      members.remove(pid);
      seen.addAll(members);
      members.forEach(member -> Libc.kill(member, Signal.KILL.number()));
      seen.forEach(Libc::reap);
      if (members.isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        LoggerFactory.getLogger(LocalProcess.class)
            .error("processes {} of {} do not die", members, mark);
        return;
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
    return output.read(buffer);
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
    }
  }

  @Override
  public void resize(WindowSize size) {
    if (terminal && !exit.isDone()) {
      try {
        Libc.windowSize(output.fd(), size.columns(), size.rows());
      } catch (IOException e) {
        LoggerFactory.getLogger(LocalProcess.class).debug("resize of {}", mark, e);
      }
    }
  }

  @Override
  public void signal(Signal signal) {
    if (exit.isDone()) {
      return;
    }
    Set<Integer> told = new HashSet<>();
    boolean again = true;
    while (again && !exit.isDone()) { // a process may fork while we look
      again = false;
      for (int member : ProcessTable.members(pid, mark, false)) {
        if (told.add(member)) {
          again = true;
          Libc.kill(member, signal.number());
          if (signal != Signal.KILL) {
            Libc.kill(member, SIGCONT); // a stopped one hears nothing else
          }
        }
      }
    }
  }

  @Override
  public CompletionStage<ExitStatus> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void close() {
    output.close();
    if (input != null) {
      input.close();
    }
  }

  /** Ends everything at once and waits for it. */
  void kill() {
    Libc.kill(pid, Signal.KILL.number());
    killAll();
    try {
      exit.get(settings.killWithin().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      LoggerFactory.getLogger(LocalProcess.class).error("{} does not end", mark, e);
    }
  }
}
