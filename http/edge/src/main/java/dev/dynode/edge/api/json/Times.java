package dev.dynode.edge.api.json;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as the API tells them: {@code 2012-01-01T12:00:00Z}. */
public final class Times {
  private Times() {}

  public static String of(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
