package dev.dynode.bench.cluster;

import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Generates load: runs nothing, and tells of each process that it has ended with 0 after a while.
 * For what control nodes can do, of which this machine's hosts would see little.
 */
final class ShortLives implements ProcessRuntime {
  private final Duration life;
  private final Consumer<DynoId> discarded;
  private final ConcurrentMap<DynoId, Nothing> running = new ConcurrentHashMap<>();

  /**
   * @param life of each process
   * @param discarded told of each dyno that is over
   */
  ShortLives(Duration life, Consumer<DynoId> discarded) {
    this.life = life;
    this.discarded = discarded;
  }

  /** Processes that have not ended. */
  int running() {
    return running.size();
  }

  @Override
  public void prepare(Launch launch, Runnable filesReady) {
    filesReady.run();
  }

  @Override
  public RunningProcess start(Launch launch) {
    var process = new Nothing(launch.dyno(), launch.generation(), new CompletableFuture<>());
    running.put(launch.dyno(), process);
    CompletableFuture.delayedExecutor(life.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> end(process, new ExitStatus(0)));
    return process;
  }

  private void end(Nothing process, ExitStatus status) {
    running.remove(process.dyno(), process);
    process.ended().complete(status);
  }

  @Override
  public Recovery recover() {
    return new Recovery(List.of(), Set.of(), Map.<DynoId, AppId>of());
  }

  @Override
  public void discard(DynoId dyno) {
    discarded.accept(dyno);
  }

  @Override
  public void keepFor(Duration time) {}

  @Override
  public void close() {
    running.values().forEach(process -> end(process, ExitStatus.signalled(9)));
  }

  @Override
  public void leave() {
    close();
  }

  private final class Nothing implements RunningProcess {
    private final DynoId dyno;
    private final int generation;
    private final CompletableFuture<ExitStatus> ended;

    private Nothing(DynoId dyno, int generation, CompletableFuture<ExitStatus> ended) {
      this.dyno = dyno;
      this.generation = generation;
      this.ended = ended;
    }

    private CompletableFuture<ExitStatus> ended() {
      return ended;
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
      return 1;
    }

    @Override
    public int read(byte[] buffer) {
      var _ = ended.join();
      return -1;
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public void readFrom(long offset) {}

    @Override
    public void release(long offset) {}

    @Override
    public void write(byte[] buffer, int offset, int length) {}

    @Override
    public void endInput() {}

    @Override
    public void resize(WindowSize size) {}

    @Override
    public void signal(Signal signal) {
      if (signal == Signal.KILL || signal == Signal.TERM) {
        end(this, ExitStatus.signalled(signal.number()));
      }
    }

    @Override
    public Optional<Usage> usage() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<ExitStatus> exit() {
      return ended;
    }

    @Override
    public void close() {}
  }
}
