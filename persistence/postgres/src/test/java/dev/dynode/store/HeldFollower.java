package dev.dynode.store;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.logs.LogLine;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Follows a log, and is stuck with its first line until it is let go. */
public final class HeldFollower implements Consumer<LogLine> {
  private final long seconds;
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final BlockingQueue<LogLine> heard = new LinkedBlockingQueue<>();

  /**
   * @param seconds how long a line is waited for
   */
  public HeldFollower(long seconds) {
    this.seconds = seconds;
  }

  @Override
  public void accept(LogLine line) {
    stuck.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    heard.add(line);
  }

  /** Until it has its first line. */
  public void awaitStuck() throws InterruptedException {
    assertTrue(stuck.await(seconds, TimeUnit.SECONDS), "no line came");
  }

  public void letGo() {
    go.countDown();
  }

  /** The next line it took. */
  public LogLine next() throws InterruptedException {
    LogLine line = heard.poll(seconds, TimeUnit.SECONDS);
    assertNotNull(line, "no more lines came");
    return line;
  }
}
