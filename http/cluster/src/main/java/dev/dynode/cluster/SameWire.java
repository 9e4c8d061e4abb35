package dev.dynode.cluster;

import com.typesafe.config.Config;
import java.util.List;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ConfigValidation;
import org.apache.pekko.cluster.JoinConfigCompatChecker;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Keeps nodes out of a cluster whose messages they would not understand: {@code
 * dynode.cluster.wire} must be the same on both sides. Nodes of the first release have none, and
 * are refused like any other number.
 */
public final class SameWire extends JoinConfigCompatChecker {
  /** What a node says that was refused, or refused. */
  public static final String REFUSED =
      "The nodes to join are of another release, whose messages this one does not understand. Stop"
          + " all nodes of the cluster in order, then start them again as this release: dynos go on"
          + " for the length of dynode.cluster.lease.";

  private static final Seq<String> KEYS =
      CollectionConverters.asScala(List.of("dynode.cluster.wire")).toSeq();

  /** Called by Pekko, by name. */
  public SameWire() {}

  @Override
  public Seq<String> requiredKeys() {
    return KEYS;
  }

  @Override
  public ConfigValidation check(Config toCheck, Config actualConfig) {
    return JoinConfigCompatChecker.fullMatch(KEYS, toCheck, actualConfig);
  }

  /** Whether this node does not join, because it is not to be with the others. */
  public static boolean refused(ActorSystem<?> system) {
    return CoordinatedShutdown.get(system).getShutdownReason().stream()
        .anyMatch(CoordinatedShutdown.IncompatibleConfigurationDetectedReason$.class::isInstance);
  }
}
