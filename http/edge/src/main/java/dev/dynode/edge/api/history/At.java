package dev.dynode.edge.api.history;

import dev.dynode.domain.history.DynoStory;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** A place in a story. */
public sealed interface At {
  /** After so many events. */
  record Sequence(long number) implements At {}

  /** What had happened then. */
  record Time(Instant time) implements At {}

  /** How many events of a dyno that are. */
  default long count(DynoStory story) {
    return switch (this) {
      case Sequence(long number) -> number;
      case Time(Instant time) -> story.countAt(time);
    };
  }

  /** Empty where the text is neither. */
  static Optional<At> parse(String text) {
    try {
      return Optional.of(
          text.matches("[0-9]{1,18}")
              ? new Sequence(Long.parseLong(text))
              : new Time(Instant.parse(text)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
