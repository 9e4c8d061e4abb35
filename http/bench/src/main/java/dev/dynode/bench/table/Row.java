package dev.dynode.bench.table;

import java.util.Locale;
import java.util.Optional;

/**
 * One line of the table: a figure of ours beside that of a peer.
 *
 * @param peer what it is compared with; empty text: nothing
 * @param theirs empty where the peer could not be measured; {@code peer} then says why
 */
public record Row(
    String what, Figure ours, String peer, Optional<Figure> theirs, Optional<Aim> aim) {

  public static final String HEAD =
      "| measured | median | p99 | beside | median | p99 | ratio | aim |\n"
          + "|---|--:|--:|---|--:|--:|--:|---|";

  /** What a figure counts. */
  public enum Unit {
    SECONDS,
    MILLIS,
    MICROS,
    MIB_PER_SECOND,
    PER_SECOND,
    BYTES,
    COUNT;

    String text(double value) {
      return switch (this) {
        case SECONDS -> String.format(Locale.ROOT, "%.1f s", value);
        case MILLIS -> String.format(Locale.ROOT, "%.2f ms", value);
        case MICROS -> String.format(Locale.ROOT, "%.0f µs", value);
        case MIB_PER_SECOND -> String.format(Locale.ROOT, "%.0f MiB/s", value);
        case PER_SECOND -> String.format(Locale.ROOT, "%.0f /s", value);
        case BYTES -> String.format(Locale.ROOT, "%.0f B", value);
        case COUNT -> String.format(Locale.ROOT, "%.1f", value);
      };
    }
  }

  /** A median, and the 99th percentile where it means something. */
  public record Figure(double median, Optional<Double> p99, Unit unit) {
    public static Figure of(Samples samples, Unit unit) {
      return new Figure(samples.median(), Optional.of(samples.p99()), unit);
    }

    public static Figure single(double value, Unit unit) {
      return new Figure(value, Optional.empty(), unit);
    }
  }

  /** A goal, and whether this run met it. */
  public record Aim(String text, boolean met) {}

  public static Row alone(String what, Figure ours) {
    return new Row(what, ours, "", Optional.empty(), Optional.empty());
  }

  public static Row beside(String what, Figure ours, String peer, Figure theirs) {
    return new Row(what, ours, peer, Optional.of(theirs), Optional.empty());
  }

  public static Row without(String what, Figure ours, String peer, String why) {
    return new Row(what, ours, peer + ": " + why, Optional.empty(), Optional.empty());
  }

  public Row aiming(String text, boolean met) {
    return new Row(what, ours, peer, theirs, Optional.of(new Aim(text, met)));
  }

  /** Ours by theirs. */
  public Optional<Double> ratio() {
    return theirs.map(figure -> ours.median() / figure.median());
  }

  public String markdown() {
    return "| "
        + String.join(
            " | ",
            what,
            ours.unit().text(ours.median()),
            ours.p99().map(ours.unit()::text).orElse(""),
            peer,
            theirs.map(figure -> figure.unit().text(figure.median())).orElse(""),
            theirs.flatMap(f -> f.p99().map(f.unit()::text)).orElse(""),
            ratio().map(value -> String.format(Locale.ROOT, "%.2f", value)).orElse(""),
            aim.map(goal -> (goal.met() ? "✔ " : "✘ ") + goal.text()).orElse(""))
        + " |";
  }
}
