package dev.dynode.simulator.load;

import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * What really was asked for, in order of time.
 *
 * @param requests nanoseconds from the start of the recording
 */
public record Recording(List<Request> requests) implements Source {
  public Recording {
    requests = List.copyOf(requests);
  }

  @Override
  public Requests from(Instant start, ZoneId zone, Dice dice, Duration idleAfter) {
    var each = requests.iterator();
    return () -> each.hasNext() ? each.next() : null;
  }
}
