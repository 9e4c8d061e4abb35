package dev.dynode.domain.host;

import dev.dynode.domain.id.HostId;

/**
 * A host as placement sees it.
 *
 * @param dynos dynos it has now
 * @param capacity most dynos it may have
 * @param reserved bytes of memory that their sizes promise them
 * @param memory most bytes it may promise
 */
public record HostView(HostId id, int dynos, int capacity, long reserved, long memory) {
  /** One whose memory does not count. */
  public HostView(HostId id, int dynos, int capacity) {
    this(id, dynos, capacity, 0, Long.MAX_VALUE);
  }

  public boolean hasRoom() {
    return hasRoom(0);
  }

  /** Whether one more dyno of so many bytes fits. */
  public boolean hasRoom(long bytes) {
    return dynos < capacity && bytes <= memory - reserved;
  }

  /** The same with one more dyno. */
  public HostView with(long bytes) {
    return new HostView(id, dynos + 1, capacity, reserved + bytes, memory);
  }

  /** Share of its capacity or memory that is taken, whichever is more. */
  public double filled() {
    return Math.max((double) dynos / capacity, (double) reserved / memory);
  }
}
