package dev.dynode.edge.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens, by a clock that the test sets. */
@Tag("unit")
class RateLimitTest {
  private long now = Long.MAX_VALUE; // it may run over

  @Test
  void tokensComeBackOneByOne() {
    var rate = new RateLimit(new ApiSettings.Rate(2, 60), () -> now);
    assertTrue(rate.take());
    assertTrue(rate.take());
    assertFalse(rate.take());
    now += Duration.ofSeconds(1).toNanos();
    assertTrue(rate.take());
    assertFalse(rate.take());
  }

  @Test
  void aLongPauseFillsTheBucketHoweverFastItFills() {
    var rate = new RateLimit(new ApiSettings.Rate(100_000_000, 100_000_000), () -> now);
    now += Duration.ofDays(30).toNanos();
    assertEquals(100_000_000, rate.remaining());
  }
}
