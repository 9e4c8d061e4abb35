package dev.dynode.bench.cluster;

import java.time.Duration;
import java.util.List;

/**
 * How much of a cluster is measured.
 *
 * @param controls control nodes of each cluster that is measured
 * @param hosts that are simulated
 * @param apps over which dynos are spread
 * @param warmUp lives before those that count
 * @param lives of dynos that count
 * @param inFlight dynos at the same time
 * @param floorSeconds for which pgbench runs
 * @param rate admissions a second that are tried first
 * @param admissionSeconds for which each rate is kept up
 * @param liveDynos that a control node's death is survived with; 0: not measured
 * @param liveApps to which they belong
 * @param suspectAfter silence after which nodes suspect one another: longer than this machine
 *     stalls
 */
public record ClusterEffort(
    List<Integer> controls,
    int hosts,
    int apps,
    int warmUp,
    int lives,
    int inFlight,
    int floorSeconds,
    int rate,
    int admissionSeconds,
    int liveDynos,
    int liveApps,
    Duration suspectAfter) {

  /** Takes some minutes. */
  public static ClusterEffort full(List<Integer> controls, int lives, int liveDynos) {
    return new ClusterEffort(
        controls,
        10,
        200,
        lives / 2,
        lives,
        256,
        20,
        1000,
        10,
        liveDynos,
        Math.max(1, liveDynos / 100),
        Duration.ofSeconds(8));
  }

  /** Takes a minute; its figures mean nothing. */
  public static ClusterEffort quick(List<Integer> controls) {
    return new ClusterEffort(controls, 2, 5, 20, 50, 16, 1, 20, 2, 50, 5, Duration.ofSeconds(8));
  }
}
