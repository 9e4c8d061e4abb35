package dev.dynode.runtime.files;

import dev.dynode.domain.id.DynoId;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of ended dynos that could not be removed: they are told, counted, and tried again. They
 * stop nothing else. Thread-safe.
 */
public final class Leftovers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private final DynoFiles files;
  private final Duration again;

  /** Why each is left. */
  private final Map<DynoId, String> left = new ConcurrentHashMap<>();

  private @Nullable Thread trying;
  private boolean closed;

  /**
   * @param again time between two attempts
   */
  public Leftovers(DynoFiles files, Duration again) {
    this.files = files;
    this.again = again;
  }

  /** How many dynos have files left. */
  public int count() {
    return left.size();
  }

  /** Removes a dyno's files, now or later. */
  public void remove(DynoId dyno) {
    try {
      files.delete(dyno);
      if (left.remove(dyno) != null) {
        LOG.info("the files of {} are removed", dyno);
      }
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(left.put(dyno, why))) {
        LOG.warn("the files of {} are left, and tried again every {}: {}", dyno, again, why);
      }
      tryAgain();
    }
  }

  private synchronized void tryAgain() {
    if (trying == null && !closed) {
      trying = Thread.ofVirtual().name("dynode-leftovers").start(this::run);
    }
  }

  private void run() {
    try {
      do {
        Thread.sleep(again);
        left.keySet().forEach(this::remove);
      } while (goOn());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private synchronized boolean goOn() {
    if (left.isEmpty()) {
      trying = null;
    }
    return trying != null;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (trying != null) {
      trying.interrupt();
    }
  }
}
