package dev.dynode.simulator.load;

import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** Where requests for dynos come from: a model, or a recording. Immutable. */
public interface Source {
  /**
   * What one run asks for.
   *
   * @param dice this source's own
   * @param idleAfter the platform's patience with a silent client
   */
  Requests from(Instant start, ZoneId zone, Dice dice, Duration idleAfter);
}
