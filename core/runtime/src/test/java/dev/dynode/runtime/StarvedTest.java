package dev.dynode.runtime;

import static dev.dynode.runtime.Launches.pipes;
import static dev.dynode.runtime.Launches.status;
import static dev.dynode.runtime.Launches.terminal;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A node that gets hardly any time of the processors still moves every byte: no wake-up is lost.
 * {@code -Drounds=N} tries N times.
 */
@Timeout(600)
@Isolated("starves this process")
@Tag("process")
class StarvedTest {
  private static final int BYTES = 5_000_000;
  private static final int AT_ONCE = 1;
  private static final int SPINNERS_PER_PROCESSOR = 4;

  /** A byte that does not come for so long will not come. */
  private static final long STANDS_STILL_NANOS = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path data;

  @Test
  void outputAndInputGoOn() throws Exception {
    var over = new AtomicBoolean();
    List<Thread> spinners = new ArrayList<>();
    int processors = Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < SPINNERS_PER_PROCESSOR * processors; i++) {
      spinners.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (!over.get()) {
                      Thread.onSpinWait();
                    }
                  }));
    }
    long longest = 0;
    try (var runtime = new LocalRuntime(data, Launches.settings(Choice.PLAIN));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      runtime.recover();
      for (int round = 0; round < Integer.getInteger("rounds", 1); round++) {
        List<Future<Long>> all = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
          RunningProcess printer = runtime.start(pipes("head -c " + BYTES + " /dev/zero"));
          all.add(threads.submit(() -> moved(printer, null)));
          RunningProcess both = runtime.start(pipes("cat"));
          all.add(threads.submit(() -> moved(both, threads.submit(() -> fill(both)))));
          RunningProcess typed =
              runtime.start(terminal("stty raw -echo; head -c " + BYTES + " /dev/zero"));
          all.add(threads.submit(() -> moved(typed, null)));
        }
        for (Future<Long> each : all) {
          longest = Math.max(longest, each.get());
        }
      }
    } finally {
      over.set(true);
      Launches.clean(data);
    }
    for (Thread spinner : spinners) {
      spinner.join();
    }
    System.out.println("longest wait for a byte: " + longest / 1_000_000 + " ms");
  }

  private static long fill(RunningProcess process) throws Exception {
    process.write(new byte[BYTES], 0, BYTES);
    process.endInput();
    return 0;
  }

  /** Reads everything; the longest time between two reads. */
  private static long moved(
      RunningProcess process, @org.jspecify.annotations.Nullable Future<Long> filled)
      throws Exception {
    var read = new AtomicLong();
    var last = new AtomicLong(System.nanoTime());
    var longest = new AtomicLong();
    Thread reader =
        Thread.startVirtualThread(
            () -> {
              byte[] buffer = new byte[64 * 1024];
              try {
                for (int n = process.read(buffer); n >= 0; n = process.read(buffer)) {
                  read.addAndGet(n);
                  long now = System.nanoTime();
                  longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
                }
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    while (!reader.join(java.time.Duration.ofMillis(200))) {
      if (System.nanoTime() - last.get() > STANDS_STILL_NANOS) {
        throw new AssertionError("stands still after " + read.get() + " bytes");
      }
    }
    assertEquals(BYTES, read.get());
    if (filled != null) {
      filled.get();
    }
    assertEquals(0, status(process));
    process.close();
    return longest.get();
  }
}
