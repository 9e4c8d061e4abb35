package dev.dynode.simulator.time;

import java.time.Instant;

/** What the clocks of virtual time show; what is asked again at one instant is the same object. */
public final class VirtualClock {
  private static final long SECOND = 1_000_000_000L;

  private final Instant start;
  private Instant last;
  private long nanosOfLast;

  /**
   * @param start what it shows when virtual time is 0
   */
  public VirtualClock(Instant start) {
    this.start = start;
    last = start;
  }

  /**
   * @param nanos since the start
   */
  public Instant at(long nanos) {
    if (nanos != nanosOfLast) {
      last = start.plusNanos(nanos);
      nanosOfLast = nanos;
    }
    return last;
  }

  /** Nanoseconds since the start. */
  public long nanos(Instant at) {
    return (at.getEpochSecond() - start.getEpochSecond()) * SECOND
        + (at.getNano() - start.getNano());
  }
}
