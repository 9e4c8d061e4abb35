package dev.dynode.cli.client;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.domain.history.DynoStory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A place in a history, as people write it: the number of an event, or a time. A time without a
 * zone is this machine's.
 */
public record Moment(String at) {
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("uuuu-MM-dd['T'][' ']HH:mm[:ss[.SSS]]", Locale.ROOT);

  public static Moment parse(String text) {
    if (text.matches("[0-9]{1,18}")) {
      return new Moment(text);
    }
    try {
      return new Moment(Instant.parse(text).toString());
    } catch (DateTimeParseException notWithZone) {
      try {
        return new Moment(
            here(text, LocalDateTime.parse(text, LOCAL), ZoneId.systemDefault()).toString());
      } catch (DateTimeParseException e) {
        throw new CommandFailed(
            "\"%s\" is neither the number of an event nor a time such as \"2026-11-20 14:03\" or 2026-11-20T14:03:00Z."
                .formatted(text));
      }
    }
  }

  /** A time of the day may not be there, or be there twice, where clocks are set. */
  static Instant here(String text, LocalDateTime time, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(time);
    if (offsets.isEmpty()) {
      var gap = zone.getRules().getTransition(time);
      throw new CommandFailed(
          "There is no %s in %s: its clocks were set from %s to %s then. Give a time with a zone, such as %s."
              .formatted(
                  text,
                  zone,
                  gap.getDateTimeBefore().toLocalTime(),
                  gap.getDateTimeAfter().toLocalTime(),
                  gap.getInstant()));
    }
    if (offsets.size() > 1) {
      throw new CommandFailed(
          "There were two of %s in %s: its clocks were set back then. Say which: %s or %s."
              .formatted(
                  text, zone, time.toInstant(offsets.get(0)), time.toInstant(offsets.get(1))));
    }
    return time.toInstant(offsets.getFirst());
  }

  /**
   * What is said of a moment that lies beyond what has happened.
   *
   * @param last number of the last event until then
   */
  public Optional<String> notReached(long last) {
    if (at.contains("T")) {
      return Instant.parse(at).isAfter(Instant.now())
          ? Optional.of(at + " has not come yet: this is how it is now.")
          : Optional.empty();
    }
    return Long.parseLong(at) > last
        ? Optional.of("There is no event " + at + ": this is after event " + last + ", the last.")
        : Optional.empty();
  }

  /** How many events of a story had happened then. */
  public long count(DynoStory story) {
    return at.contains("T") ? story.countAt(Instant.parse(at)) : Long.parseLong(at);
  }

  /** As the end of an address. */
  String query() {
    return "?at=" + URLEncoder.encode(at, StandardCharsets.UTF_8);
  }
}
