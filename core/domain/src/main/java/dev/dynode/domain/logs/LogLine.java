package dev.dynode.domain.logs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of an app's log, printed as {@code TIME SOURCE[DYNO]: TEXT} (Heroku's article
 * "Logging"). Whoever prints it so prints one line, and none of another source: see {@link
 * LineText}.
 *
 * @param source {@code app} or {@code heroku}
 * @param process dyno name, or {@code api}, {@code router}
 * @param text without line end
 */
public record LogLine(Instant at, String source, String process, String text) {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);

  /** A line of these words, as they may stand in one. */
  public LogLine {
    source = LineText.of(source);
    process = LineText.of(process);
    text = LineText.of(text);
  }

  /** This line, or several where its text has more bytes of UTF-8 than that. */
  public List<LogLine> split(int limit) {
    if (text.length() <= limit / 3) { // a char has at most three bytes
      return List.of(this);
    }
    var parts = new ArrayList<LogLine>();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var cutter =
        new LineCutter(limit, 0, (part, _) -> parts.add(new LogLine(at, source, process, part)));
    cutter.add(bytes, bytes.length);
    cutter.end();
    return parts;
  }

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
