package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Heroku's tables, from its articles "Dyno Types", "One-Off Dynos" and "Limits". */
final class Published {
  /**
   * A dyno size.
   *
   * @param kind whose limit it counts against, in a space that is no Shield space
   */
  record Size(
      String name,
      String kind,
      int megabytes,
      int compute,
      boolean dedicated,
      int processes,
      int dollars) {
    long bytes() {
      return megabytes * 1_048_576L;
    }
  }

  private static final List<Size> SIZES =
      List.of(
          new Size("Eco", "eco", 512, 1, false, 256, 5),
          new Size("Basic", "basic", 512, 1, false, 256, 7),
          new Size("Standard-1X", "standard", 512, 1, false, 256, 25),
          new Size("Standard-2X", "standard", 1024, 2, false, 512, 50),
          new Size("Performance-M", "performance", 2560, 12, true, 16384, 250),
          new Size("Performance-L", "performance", 14336, 50, true, 32768, 500),
          new Size("Performance-L-RAM", "performance", 30720, 24, true, 24576, 500),
          new Size("Performance-XL", "performance", 63488, 50, true, 32768, 750),
          new Size("Performance-2XL", "performance", 129024, 100, true, 65536, 1500),
          new Size("Private-S", "private", 1024, 12, true, 512, 225),
          new Size("Private-M", "private", 2560, 12, true, 16384, 450),
          new Size("Private-L", "private", 14336, 50, true, 32768, 900),
          new Size("Private-L-RAM", "private", 30720, 24, true, 24576, 500),
          new Size("Private-XL", "private", 63488, 50, true, 32768, 750),
          new Size("Private-2XL", "private", 129024, 100, true, 65536, 1500));

  private static final Map<String, Size> BY_NAME = byName();

  private static final Map<String, Integer> LIMITS =
      Map.of("eco", 1, "basic", 50, "standard", 50, "performance", 5, "private", 5, "shield", 5);

  private Published() {}

  /** Whether the tables of the rules are these. */
  static void check() {
    same("limits", AppPolicy.HEROKU.oneOffLimits(), LIMITS);
    same("times", AppPolicy.HEROKU.dyno(), times(Tier.PRODUCTION));
    same("sizes", DynoSize.ALL.stream().map(Published::row).toList(), SIZES);
    BY_NAME.forEach(
        (name, size) ->
            same(
                name,
                DynoSize.named(name.toUpperCase(Locale.ROOT)).map(DynoSize::name),
                Optional.of(size.name)));
  }

  /** A size of the rules, as a row of these. */
  static Size row(DynoSize size) {
    return new Size(
        size.name(),
        size.family().name().toLowerCase(Locale.ROOT),
        size.memoryMegabytes(),
        size.compute(),
        size.dedicated(),
        size.processes(),
        size.dollarsPerMonth());
  }

  private static Map<String, Size> byName() {
    var all = new HashMap<String, Size>();
    for (Size size : SIZES) {
      String lower = size.name.toLowerCase(Locale.ROOT);
      all.put(lower, size);
      all.put(lower.replace("private", "shield"), size);
    }
    Map.of(
            "1x",
            "standard-1x",
            "2x",
            "standard-2x",
            "px",
            "performance-l",
            "free",
            "eco",
            "hobby",
            "basic")
        .forEach((former, now) -> all.put(former, size(all, now)));
    return Map.copyOf(all);
  }

  private static Size size(Map<String, Size> all, String name) {
    Size size = all.get(name);
    if (size == null) {
      throw new IllegalStateException(name);
    }
    return size;
  }

  /** In any letter case; null where there is none of the name. */
  static @Nullable Size size(String name) {
    return BY_NAME.get(name.toLowerCase(Locale.ROOT));
  }

  /** The size of a dyno that was granted. */
  static Size known(String name) {
    return size(BY_NAME, name.toLowerCase(Locale.ROOT));
  }

  /** What a one-off dyno has that names no size. */
  static Size usual(Tier tier) {
    return known(
        switch (tier) {
          case ECO -> "Eco";
          case BASIC -> "Basic";
          case PRODUCTION -> "Standard-1X";
          case PRIVATE, SHIELD -> "Private-M";
        });
  }

  static boolean allows(Tier tier, Size size) {
    Set<String> kinds =
        switch (tier) {
          case ECO -> Set.of("eco");
          case BASIC -> Set.of("basic");
          case PRODUCTION -> Set.of("standard", "performance");
          case PRIVATE, SHIELD -> Set.of("private");
        };
    return kinds.contains(size.kind);
  }

  /** Which of the limits is that of a size. */
  static String limit(Tier tier, Size size) {
    return tier == Tier.SHIELD && size.kind.equals("private") ? "shield" : size.kind;
  }

  /** The times of a dyno's life. */
  static DynoPolicy times(Tier tier) {
    return new DynoPolicy(
        Duration.ofSeconds(30),
        tier == Tier.SHIELD ? Duration.ofMinutes(15) : Duration.ofHours(1),
        Duration.ofSeconds(5),
        3,
        Duration.ofHours(24),
        Duration.ofSeconds(30));
  }
}
