package dev.dynode.node;

import java.time.Duration;

/** When somebody last asked something of the node. Thread-safe. */
final class LastUse {
  private volatile long nanos = System.nanoTime();

  void now() {
    nanos = System.nanoTime();
  }

  Duration since() {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
