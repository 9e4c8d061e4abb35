package dev.dynode.domain.history;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times, spans and amounts as people say them. */
final class Spoken {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long MEBIBYTE = 1024 * 1024;

  private Spoken() {}

  /** As {@code 2026-11-23 04:07:30 UTC}. */
  static String at(Instant time) {
    return TIME.format(time);
  }

  /** The two largest units that are not zero: {@code 24 h}, {@code 3 min 5 s}, {@code 0.3 s}. */
  static String span(Duration span) {
    long millis = Math.max(0, span.toMillis());
    if (millis < SECOND) {
      return millis + " ms";
    }
    if (millis < MINUTE) {
      return millis % SECOND == 0
          ? millis / SECOND + " s"
          : String.format(Locale.ROOT, "%.1f s", millis / (double) SECOND);
    }
    if (millis < HOUR) {
      return two(millis / MINUTE, "min", millis % MINUTE / SECOND, "s");
    }
    return two(millis / HOUR, "h", millis % HOUR / MINUTE, "min");
  }

  private static String two(long many, String large, long few, String small) {
    return many + " " + large + (few == 0 ? "" : " " + few + " " + small);
  }

  static String span(Instant from, Instant to) {
    return span(Duration.between(from, to));
  }

  /** In whole MiB. */
  static String amount(long bytes) {
    return bytes / MEBIBYTE + " MiB";
  }

  /** As {@code 1 dyno}, {@code 2 dynos}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  /** {@code once}, {@code twice}, {@code 3 times}. */
  static String times(long count) {
    return count == 1 ? "once" : count == 2 ? "twice" : count + " times";
  }
}
