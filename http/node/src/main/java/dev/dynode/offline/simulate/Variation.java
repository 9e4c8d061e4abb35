package dev.dynode.offline.simulate;

import dev.dynode.cli.failure.CommandFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values a sweep gives a key.
 *
 * @param chosen what is said of them where not all that were named are tried
 */
record Variation(String key, List<String> values, Optional<String> chosen) {
  private static final Pattern RANGE =
      Pattern.compile("(\\d{1,18})\\.\\.(\\d{1,18})(?:/(\\d{1,18}))?");
  private static final int UNASKED = 10;
  private static final int MOST = 1_000;

  static Variation parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new CommandFailed(
          "--vary: \"" + text + "\" has no values; write limits.standard=10..100.");
    }
    String key = text.substring(0, equals).strip();
    String values = text.substring(equals + 1).strip();
    Matcher range = RANGE.matcher(values);
    if (!range.matches()) {
      return new Variation(key, List.of(values.split(",", -1)), Optional.empty());
    }
    long first = Long.parseLong(range.group(1));
    long last = Long.parseLong(range.group(2));
    long step =
        range.group(3) != null
            ? Long.parseLong(range.group(3))
            : Math.max(1, (last - first) / (UNASKED - 1));
    if (last < first || step < 1 || (last - first) / step >= MOST) {
      throw new CommandFailed("--vary: " + values + " must grow, in at most " + MOST + " steps.");
    }
    List<String> all = new ArrayList<>();
    for (long value = first; value <= last; value += step) {
      all.add(String.valueOf(value));
    }
    return new Variation(
        key,
        all,
        range.group(3) == null && step > 1
            ? Optional.of(
                String.format(
                    Locale.ROOT,
                    "--vary: %,d of the %,d values are tried, one in %,d; write %s/1 for each.",
                    all.size(),
                    last - first + 1,
                    step,
                    values))
            : Optional.empty());
  }
}
