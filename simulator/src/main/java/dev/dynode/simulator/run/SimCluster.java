package dev.dynode.simulator.run;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.scenario.Scenario.Hosts;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.time.VirtualClock;
import dev.dynode.simulator.world.Network;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All hosts; those with room are kept in the order of the placement policy. */
public final class SimCluster {
  private final Hosts plan;
  private final EventQueue queue;
  private final Dice dice;
  private final boolean exact;
  private final Consumer<SimHost> lost;
  private final Consumer<SimHost> found;
  private final List<SimHost> hosts = new ArrayList<>();
  private final Map<HostId, SimHost> byId = new HashMap<>();
  private final FreeHosts roomy;

  /** Mostly the same one is looked for several times. */
  private @Nullable SimHost named;

  /** Takes what hosts report to dynos. */
  interface Reports {
    void take(SimHost host, SimDyno dyno, DynoCommand report);
  }

  /**
   * @param exact whether it is known exactly which host has room: then one that has is asked alone,
   *     and of full ones, which are alike, one
   * @param lost takes a host that failed, once that is noticed
   * @param found takes one that is back
   */
  SimCluster(
      Hosts plan,
      EventQueue queue,
      Instant epoch,
      Dice dice,
      IntFunction<Network> networks,
      boolean exact,
      Reports reports,
      Consumer<SimHost> lost,
      Consumer<SimHost> found) {
    this.plan = plan;
    this.queue = queue;
    this.dice = dice;
    this.exact = exact;
    this.lost = lost;
    this.found = found;
    var control =
        new SimHost.Control() {
          @Override
          public void reported(SimHost host, SimDyno dyno, DynoCommand report) {
            reports.take(host, dyno, report);
          }

          @Override
          public void changed(SimHost host) {
            roomy.changed(host);
          }
        };
    var clock = new VirtualClock(epoch);
    for (int number = 1; number <= plan.number(); number++) {
      var host =
          new SimHost(
              new HostId("host-" + number),
              plan.dynos(),
              plan.memory(),
              queue,
              clock,
              dice.fork(),
              plan.start(),
              networks.apply(number - 1),
              control);
      hosts.add(host);
      byId.put(host.id, host);
      if (!plan.failEvery().isZero()) {
        failLater(host);
      }
    }
    roomy = new FreeHosts(plan.placement(), hosts);
  }

  public int size() {
    return hosts.size();
  }

  boolean exact() {
    return exact;
  }

  Dice dice() {
    return dice;
  }

  SimHost host(HostId id) {
    SimHost host = named;
    if (host == null || !host.id.equals(id)) {
      host = java.util.Objects.requireNonNull(byId.get(id), id::toString);
      named = host;
    }
    return host;
  }

  /** Mostly the one that the dyno is on. */
  SimHost host(HostId id, SimDyno dyno) {
    SimHost here = dyno.host();
    return here != null && here.id.equals(id) ? here : host(id);
  }

  public SimHost host(int index) {
    return hosts.get(index);
  }

  Placement placement() {
    return plan.placement();
  }

  /** Whether a host seems to have a place for so many bytes. */
  boolean hasRoom(long bytes) {
    Optional<SimHost> best = roomy.best();
    return best.isPresent()
        && (best.get().view().hasRoom(bytes)
            || up().map(SimHost::view).anyMatch(host -> host.hasRoom(bytes)));
  }

  /**
   * The hosts to ask for a place for so many bytes: all; where it is known what they answer the
   * best one, if that has room, otherwise all that have, or a full one.
   */
  List<HostView> candidates(long bytes) {
    if (!exact) {
      return up().map(SimHost::view).toList();
    }
    Optional<SimHost> best = roomy.best();
    if (best.isPresent() && best.get().view().hasRoom(bytes)) {
      return List.of(best.get().view());
    }
    List<HostView> roomier =
        best.isEmpty()
            ? List.of()
            : up().map(SimHost::view).filter(host -> host.hasRoom(bytes)).toList();
    return roomier.isEmpty() ? up().limit(1).map(SimHost::view).toList() : roomier;
  }

  private Stream<SimHost> up() {
    return hosts.stream().filter(SimHost::up);
  }

  private void failLater(SimHost host) {
    queue.in(
        (long) dice.exponential((double) plan.failEvery().toNanos()),
        () -> {
          crash(host);
          failLater(host);
        });
  }

  /** The host fails; it is noticed, and after its repair it takes dynos again. */
  public void crash(SimHost host) {
    if (!host.up()) {
      return;
    }
    host.crash();
    queue.in(
        plan.detect().toNanos(),
        () -> {
          if (!host.up()) { // otherwise it was found before, and tells what it has lost
            lost.accept(host);
          }
        });
    queue.in(
        plan.repair().toNanos(),
        () -> {
          host.restart();
          found.accept(host);
        });
  }
}
