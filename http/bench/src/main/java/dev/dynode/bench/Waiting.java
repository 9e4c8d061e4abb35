package dev.dynode.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what happens elsewhere. */
public final class Waiting {
  private static final long LOOK_MILLIS = 20;

  private Waiting() {}

  /**
   * @throws IOException with what was waited for, if it takes longer
   */
  public static void until(String what, Duration longest, Callable<Boolean> condition)
      throws IOException {
    long deadline = System.nanoTime() + longest.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() > deadline) {
          throw new IOException("Not within " + longest.toSeconds() + " s: " + what);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
