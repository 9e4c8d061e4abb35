package dev.dynode.cli;

import dev.dynode.domain.history.DynoStory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/**
 * A place in a history, as people write it: the number of an event, or a time. A time without a
 * zone is this machine's.
 */
record Moment(String at) {
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("uuuu-MM-dd['T'][' ']HH:mm[:ss[.SSS]]", Locale.ROOT);

  static Moment parse(String text) {
    if (text.matches("[0-9]{1,18}")) {
      return new Moment(text);
    }
    try {
      return new Moment(Instant.parse(text).toString());
    } catch (DateTimeParseException notWithZone) {
      try {
        return new Moment(
            LocalDateTime.parse(text, LOCAL).atZone(ZoneId.systemDefault()).toInstant().toString());
      } catch (DateTimeParseException e) {
        throw new CommandFailed(
            "\"%s\" is neither the number of an event nor a time such as \"2026-11-20 14:03\" or 2026-11-20T14:03:00Z."
                .formatted(text));
      }
    }
  }

  /** How many events of a story had happened then. */
  long count(DynoStory story) {
    return at.contains("T") ? story.countAt(Instant.parse(at)) : Long.parseLong(at);
  }

  /** As the end of an address. */
  String query() {
    return "?at=" + URLEncoder.encode(at, StandardCharsets.UTF_8);
  }
}
