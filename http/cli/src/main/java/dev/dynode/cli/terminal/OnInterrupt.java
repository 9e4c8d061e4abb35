package dev.dynode.cli.terminal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What to clean up when SIGINT, SIGTERM or SIGHUP ends this command: one action at a time, the one
 * that fits how far the command has come. The JVM then exits with 128 and the signal's number.
 */
public final class OnInterrupt {
  private static volatile @Nullable Runnable action;
  private static final AtomicBoolean HAPPENED = new AtomicBoolean();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  HAPPENED.set(true);
                  Runnable cleanUp = action;
                  if (cleanUp != null) {
                    cleanUp.run();
                  }
                }));
  }

  private OnInterrupt() {}

  /** From now on, this first. */
  public static void first(Runnable cleanUp) {
    action = cleanUp;
  }

  /** From now on, nothing. */
  public static void nothing() {
    action = null;
  }

  /**
   * Does not return if the JVM is already on its way out: what fails now fails because of that, and
   * nobody wants to read it.
   */
  public static void giveWay() {
    while (HAPPENED.get()) {
      LockSupport.park();
    }
  }
}
