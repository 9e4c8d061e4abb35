package dev.dynode.simulator.scenario;

import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.load.Distribution;
import dev.dynode.simulator.load.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * What is simulated.
 *
 * @param length virtual time that is simulated
 * @param warmUp first part of it that the figures leave out
 * @param policy limits and times, as the operator of a node sets them
 * @param prices dollars of an hour, by size
 */
public record Scenario(
    String name,
    Instant start,
    Duration length,
    Duration warmUp,
    ZoneId zone,
    long seed,
    Hosts hosts,
    AppPolicy policy,
    Map<String, Double> prices,
    List<AppPlan> apps) {
  public Scenario {
    prices = Map.copyOf(prices);
    apps = List.copyOf(apps);
  }

  /**
   * The machines.
   *
   * @param dynos most dynos of one of them
   * @param memory most bytes that the sizes of its dynos may promise them
   * @param whenFull what becomes of a request no host has room for
   * @param failEvery mean time between two failures of a host; zero: never
   * @param repair from a failure until it takes dynos again
   * @param detect from a failure until the control plane gives its dynos up
   * @param start seconds from the order until a command runs
   */
  public record Hosts(
      int number,
      int dynos,
      long memory,
      Placement placement,
      WhenFull whenFull,
      Duration failEvery,
      Duration repair,
      Duration detect,
      Distribution start) {}

  /** What becomes of a request no host has room for. */
  public enum WhenFull {
    /** It is refused, as the control plane does. */
    REFUSE,
    /** It waits its turn. */
    WAIT
  }

  /**
   * Apps of one kind.
   *
   * @param copies how many of them
   */
  public record AppPlan(String name, int copies, Tier tier, List<Source> sources) {
    public AppPlan {
      sources = List.copyOf(sources);
    }
  }

  /** The same from another seed. */
  public Scenario seeded(long other) {
    return new Scenario(name, start, length, warmUp, zone, other, hosts, policy, prices, apps);
  }
}
