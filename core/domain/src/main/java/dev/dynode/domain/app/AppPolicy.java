package dev.dynode.domain.app;

import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The limits an operator sets for all apps.
 *
 * @param oneOffLimits one-off dynos of an app running at the same time, by limit name: {@code eco},
 *     {@code basic}, {@code standard}, {@code performance}, {@code private}, {@code shield}
 * @param commandCharacters longest command
 * @param envVariables most variables of one create call
 * @param configBytes names and values of all config vars together, UTF-8 (Heroku: 64 KB)
 * @param longestTimeToLive upper bound of {@code time_to_live} (Heroku: 24 h)
 * @param shieldIdleAfter idle time of attached dynos of Shield apps (Heroku: 15 min)
 * @param slugs most slugs of one app that are needed
 * @param rollbackReleases how many of the last releases keep their slugs, so that one can roll back
 *     to them; 1 or more
 */
public record AppPolicy(
    Map<String, Integer> oneOffLimits,
    int commandCharacters,
    int envVariables,
    int configBytes,
    Duration longestTimeToLive,
    Duration shieldIdleAfter,
    int slugs,
    int rollbackReleases,
    DynoPolicy dyno) {
  public AppPolicy {
    if (rollbackReleases < 1) {
      throw new IllegalArgumentException(
          "dynode.apps.rollback-releases is %d; it must be 1 or more, for new dynos run the last release."
              .formatted(rollbackReleases));
    }
    oneOffLimits = Map.copyOf(oneOffLimits);
  }

  /** Heroku's own limits. */
  public static final AppPolicy HEROKU =
      new AppPolicy(
          Map.of(
              "eco", 1, "basic", 50, "standard", 50, "performance", 5, "private", 5, "shield", 5),
          65_536,
          500,
          65_536,
          Duration.ofHours(24),
          Duration.ofMinutes(15),
          1_000,
          30,
          DynoPolicy.HEROKU);

  /** No limits at all. */
  public static AppPolicy unlimited(DynoPolicy dyno) {
    return new AppPolicy(
        HEROKU.oneOffLimits().keySet().stream()
            .collect(Collectors.toMap(name -> name, _ -> Integer.MAX_VALUE)),
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Duration.ofSeconds(Long.MAX_VALUE),
        dyno.idleAfter(),
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        dyno);
  }

  /** How many one-off dynos of sizes like this may run at the same time in an app of this tier. */
  Limit limit(Tier tier, DynoSize.Family family) {
    String name = limitName(tier, family);
    return new Limit(name, oneOffLimits.getOrDefault(name, 0));
  }

  /** No limits at all but this one. */
  public static AppPolicy limited(DynoPolicy dyno, Limit limit) {
    AppPolicy none = unlimited(dyno);
    Map<String, Integer> limits = new HashMap<>(none.oneOffLimits);
    limits.put(limit.name(), limit.most());
    return new AppPolicy(
        limits,
        none.commandCharacters,
        none.envVariables,
        none.configBytes,
        none.longestTimeToLive,
        none.shieldIdleAfter,
        none.slugs,
        none.rollbackReleases,
        none.dyno);
  }

  /** Which of the limits is that of sizes like this in an app of this tier. */
  public static String limitName(Tier tier, DynoSize.Family family) {
    return switch (family) {
      case ECO -> "eco";
      case BASIC -> "basic";
      case STANDARD -> "standard";
      case PERFORMANCE -> "performance";
      case PRIVATE -> tier == Tier.SHIELD ? "shield" : "private";
    };
  }

  /** The times of dynos in an app of this tier. */
  public DynoPolicy dynoPolicy(Tier tier) {
    return tier == Tier.SHIELD ? dyno.withIdleAfter(shieldIdleAfter) : dyno;
  }
}
