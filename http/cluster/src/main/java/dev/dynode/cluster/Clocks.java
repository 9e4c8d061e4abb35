package dev.dynode.cluster;

import com.typesafe.config.Config;
import dev.dynode.engine.actor.KnownHosts;
import java.time.Duration;

/**
 * The times by which "recorded as lost" means "does not run", whoever cannot reach whom.
 *
 * <p>A keeper kills {@code lease} after its host asked the question that was answered last. In one
 * cluster, the last answer comes before those that were given up have noticed: within {@code
 * decision} of the moment the others gave them up. From an older cluster it comes from a node that
 * the database had confirmed less than {@code keeping} ago, and the database confirmed nobody of it
 * any more when the next cluster began. Hence, with clocks that differ by up to 1 %,
 *
 * <pre>
 *   lease * 1.01 + decision            <= host-lost-after                  (a host this cluster had)
 *   (keeping + lease) * 1.01           <= keeping + host-lost-after        (one it never had)
 * </pre>
 *
 * @param lease how long dynos go on when nobody hears of their host
 * @param keeping how long after its last confirmation a node answers hosts
 * @param lostAfter {@code host-lost-after}
 */
public record Clocks(Duration lease, Duration keeping, Duration lostAfter) {
  private static final Duration LEAST_KEEPING = Duration.ofSeconds(5);

  /** One part in so many. */
  private static final int RATE = 100;

  /**
   * As configured.
   *
   * @throws IllegalArgumentException in one sentence, where they do not keep that promise
   */
  public static Clocks of(Config config) {
    Config cluster = config.getConfig("dynode.cluster");
    var clocks =
        new Clocks(
            cluster.getDuration("lease"),
            cluster.getDuration("keep-without-database"),
            cluster.getDuration("host-lost-after"));
    Duration decision =
        config
            .getDuration("pekko.cluster.split-brain-resolver.stable-after")
            .plus(config.getDuration("pekko.cluster.failure-detector.acceptable-heartbeat-pause"));
    Duration least = clocks.lease.plus(clocks.lease.dividedBy(RATE)).plus(decision);
    Duration older = clocks.lease.plus(clocks.lease.plus(clocks.keeping).dividedBy(RATE));
    if (clocks.lostAfter.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "dynode.cluster.host-lost-after is %s; it must be at least %s, for a host's dynos may run so long after the cluster gave it up."
              .formatted(clocks.lostAfter, least));
    }
    if (clocks.lostAfter.compareTo(older) < 0) {
      throw new IllegalArgumentException(
          "dynode.cluster.host-lost-after is %s; with that keep-without-database it must be at least %s, for clocks may differ by one percent."
              .formatted(clocks.lostAfter, older));
    }
    if (clocks.keeping.compareTo(LEAST_KEEPING) < 0) {
      throw new IllegalArgumentException(
          "dynode.cluster.keep-without-database is %s; it must be at least %s, for the database is asked once a second."
              .formatted(clocks.keeping, LEAST_KEEPING));
    }
    return clocks;
  }

  public KnownHosts.Absence absence() {
    return new KnownHosts.Absence(lostAfter, lostAfter.plus(keeping));
  }
}
