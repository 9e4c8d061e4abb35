package dev.dynode.simulator.run;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.HostView;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.scenario.Scenario.Hosts;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.world.Network;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** All hosts; those with room are kept in the order of the placement policy. */
public final class Fleet {
  private final Hosts plan;
  private final EventQueue queue;
  private final Dice dice;
  private final Consumer<Collection<SimDyno>> lost;
  private final List<SimHost> hosts = new ArrayList<>();
  private final Map<HostId, SimHost> byId = new HashMap<>();
  private final RoomyHosts roomy;

  /**
   * @param report takes what hosts report to dynos
   * @param lost takes the dynos of a host that failed, once that is noticed
   */
  Fleet(
      Hosts plan,
      EventQueue queue,
      Dice dice,
      IntFunction<Network> networks,
      BiConsumer<SimDyno, DynoCommand> report,
      Consumer<Collection<SimDyno>> lost) {
    this.plan = plan;
    this.queue = queue;
    this.dice = dice;
    this.lost = lost;
    roomy = new RoomyHosts(plan.placement().order(), plan.number());
    for (int number = 1; number <= plan.number(); number++) {
      var host =
          new SimHost(
              new HostId("host-" + number),
              plan.dynos(),
              plan.memory(),
              queue,
              dice.fork(),
              plan.start(),
              networks.apply(number - 1),
              report);
      hosts.add(host);
      byId.put(host.view().id(), host);
      roomy.changed(host);
      if (!plan.failEvery().isZero()) {
        failLater(host);
      }
    }
  }

  public int size() {
    return hosts.size();
  }

  Dice dice() {
    return dice;
  }

  SimHost host(HostId id) {
    return java.util.Objects.requireNonNull(byId.get(id), id::toString);
  }

  public SimHost host(int index) {
    return hosts.get(index);
  }

  Placement placement() {
    return plan.placement();
  }

  /** Where the placement policy puts a dyno of so many bytes; empty when no host has a place. */
  Optional<SimHost> choose(long bytes) {
    Optional<SimHost> best = roomy.best();
    return best.isEmpty() || best.get().view().hasRoom(bytes)
        ? best
        : placement().choose(up().toList(), bytes).map(view -> host(view.id()));
  }

  /** The host that keeps a place for a dyno, if one does. */
  Optional<SimHost> reserve(SimDyno dyno, long bytes, Instant now) {
    Optional<SimHost> host = choose(bytes).filter(best -> best.reserve(dyno.id, bytes, now));
    host.ifPresent(roomy::changed);
    dyno.kept = host.orElse(null);
    return host;
  }

  /** The place that is kept for a dyno is not needed. */
  void release(SimDyno dyno) {
    SimHost host = dyno.kept;
    if (host != null) {
      dyno.kept = null;
      host.release(dyno.id);
      roomy.changed(host);
    }
  }

  private Stream<HostView> up() {
    return hosts.stream().filter(SimHost::up).map(SimHost::view);
  }

  /** Why no host has a place: what one that is up cannot take no other can, for all are alike. */
  Refusal refusal(long bytes) {
    return Placement.noRoom(up().limit(1).toList(), 0, bytes);
  }

  void admit(SimHost host, SimDyno dyno, long bytes) {
    host.admit(dyno, bytes);
    roomy.changed(host);
  }

  void release(SimHost host, SimDyno dyno) {
    host.release(dyno);
    roomy.changed(host);
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
    List<SimDyno> gone = host.crash();
    roomy.changed(host);
    queue.in(plan.detect().toNanos(), () -> lost.accept(gone));
    queue.in(
        plan.repair().toNanos(),
        () -> {
          host.restart();
          roomy.changed(host);
        });
  }
}
