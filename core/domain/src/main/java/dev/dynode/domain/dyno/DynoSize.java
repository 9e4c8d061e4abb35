package dev.dynode.domain.dyno;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A dyno size as Heroku sells it (articles "Dyno Types" and "Dyno Scaling and Process Limits").
 * Shield spaces use the {@code Private} names.
 *
 * @param name spelling of the API
 * @param memoryMegabytes memory quota, in MB of 1024 KB
 * @param compute relative compute, as the API's {@code compute}
 * @param dedicated whether it has its host for itself
 * @param processes processes and threads at the same time
 * @param dollarsPerMonth highest price of a month of 720 h, in US dollars
 */
public record DynoSize(
    String name,
    Family family,
    int memoryMegabytes,
    int compute,
    boolean dedicated,
    int processes,
    int dollarsPerMonth) {

  /** Sizes that share limits and may be mixed. */
  public enum Family {
    ECO,
    BASIC,
    STANDARD,
    PERFORMANCE,
    PRIVATE
  }

  /** All sizes, smallest first. */
  public static final List<DynoSize> ALL =
      List.of(
          new DynoSize("Eco", Family.ECO, 512, 1, false, 256, 5),
          new DynoSize("Basic", Family.BASIC, 512, 1, false, 256, 7),
          new DynoSize("Standard-1X", Family.STANDARD, 512, 1, false, 256, 25),
          new DynoSize("Standard-2X", Family.STANDARD, 1024, 2, false, 512, 50),
          new DynoSize("Performance-M", Family.PERFORMANCE, 2560, 12, true, 16384, 250),
          new DynoSize("Performance-L", Family.PERFORMANCE, 14336, 50, true, 32768, 500),
          new DynoSize("Performance-L-RAM", Family.PERFORMANCE, 30720, 24, true, 24576, 500),
          new DynoSize("Performance-XL", Family.PERFORMANCE, 63488, 50, true, 32768, 750),
          new DynoSize("Performance-2XL", Family.PERFORMANCE, 129024, 100, true, 65536, 1500),
          new DynoSize("Private-S", Family.PRIVATE, 1024, 12, true, 512, 225),
          new DynoSize("Private-M", Family.PRIVATE, 2560, 12, true, 16384, 450),
          new DynoSize("Private-L", Family.PRIVATE, 14336, 50, true, 32768, 900),
          new DynoSize("Private-L-RAM", Family.PRIVATE, 30720, 24, true, 24576, 500),
          new DynoSize("Private-XL", Family.PRIVATE, 63488, 50, true, 32768, 750),
          new DynoSize("Private-2XL", Family.PRIVATE, 129024, 100, true, 65536, 1500));

  private static final Map<String, String> FORMER_NAMES =
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
          "basic");

  /** Memory quota, in bytes. */
  public long memoryBytes() {
    return memoryMegabytes * 1024L * 1024;
  }

  /** Sizes by current, former and Shield's names, in lower case and as the API spells them. */
  private static final Map<String, DynoSize> BY_NAME = byName();

  private static Map<String, DynoSize> byName() {
    var sizes = new HashMap<String, DynoSize>();
    for (DynoSize size : ALL) {
      String lower = size.name.toLowerCase(Locale.ROOT);
      sizes.put(size.name, size);
      sizes.put(lower, size);
      if (size.family == Family.PRIVATE) {
        sizes.put(lower.replaceFirst("^private-", "shield-"), size);
      }
    }
    FORMER_NAMES.forEach((former, current) -> sizes.put(former, sizes.get(current)));
    return Map.copyOf(sizes);
  }

  /** The size that a dyno has: as it was when it was asked for. */
  public static DynoSize of(DynoSpec spec) {
    return spec.resolved().orElseGet(() -> named(spec.size()).orElseThrow());
  }

  /**
   * The size of this name, in any letter case; former names and Shield spellings are understood.
   */
  public static Optional<DynoSize> named(String name) {
    DynoSize size = BY_NAME.get(name);
    return Optional.ofNullable(size == null ? BY_NAME.get(name.toLowerCase(Locale.ROOT)) : size);
  }
}
