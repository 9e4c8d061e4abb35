package dev.dynode.edge.api.request;

import java.util.function.LongSupplier;

/** A token bucket (devcenter "platform-api-reference", Rate Limits). Thread-safe. */
public final class RateLimit {
  private static final double NANOS_PER_MINUTE = 60e9;

  private final ApiSettings.Rate rate;
  private final LongSupplier nanos;
  private double tokens;
  private long at;

  /**
   * @param nanos a clock that only moves on
   */
  public RateLimit(ApiSettings.Rate rate, LongSupplier nanos) {
    this.rate = rate;
    this.nanos = nanos;
    tokens = rate.burst();
    at = nanos.getAsLong();
  }

  /** Takes one token, if there is one. */
  synchronized boolean take() {
    refill();
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Whole tokens left. */
  public synchronized int remaining() {
    refill();
    return (int) tokens;
  }

  private void refill() {
    long now = nanos.getAsLong();
    tokens = Math.min(rate.burst(), tokens + (now - at) / NANOS_PER_MINUTE * rate.perMinute());
    at = now;
  }
}
