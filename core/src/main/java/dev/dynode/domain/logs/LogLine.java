package dev.dynode.domain.logs;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * One line of an app's log, printed as {@code TIME SOURCE[DYNO]: TEXT} (Heroku's article
 * "Logging").
 *
 * @param source {@code app} or {@code heroku}
 * @param process dyno name, or {@code api}, {@code router}
 * @param text without line end
 */
public record LogLine(Instant at, String source, String process, String text) {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);

  /**
   * What one who follows a log is told, instead of the lines it was too slow for (Heroku's article
   * "Error codes", L11).
   *
   * @param dropped how many
   * @param since when the first of them was written
   * @param at when the last of them was
   */
  public static LogLine overflow(long dropped, Instant since, Instant at) {
    return new LogLine(
        at,
        "heroku",
        "logplex",
        "Error L11 (Tail buffer overflow) -> This tail session dropped "
            + dropped
            + " messages since "
            + SECONDS.format(since)
            + ".");
  }
}
