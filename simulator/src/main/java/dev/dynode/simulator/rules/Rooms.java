package dev.dynode.simulator.rules;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.run.Invariants.Broken;
import dev.dynode.simulator.run.Simulation;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import org.jspecify.annotations.Nullable;

/** Hosts are neither filled beyond their bounds nor passed over while they have room. */
public final class Rooms {
  private final int hosts;
  private final int capacity;
  private final long memory;

  /**
   * @param capacity most dynos of each host
   * @param memory bytes that each may promise
   */
  public Rooms(int hosts, int capacity, long memory) {
    this.hosts = hosts;
    this.capacity = capacity;
    this.memory = memory;
  }

  /** A dyno was placed. */
  public void placed(SimHost host) {
    long bytes = 0;
    for (SimDyno dyno : host.dynos()) {
      bytes += bytes(dyno);
    }
    if (host.dynos().size() > capacity || bytes > memory) {
      throw new Broken(
          "%s has %d dynos and promises %d bytes: more than %d and %d"
              .formatted(host.view().id(), host.dynos().size(), bytes, capacity, memory));
    }
  }

  private static long bytes(SimDyno dyno) {
    return dyno.state instanceof DynoState.Live live
        ? Published.known(live.spec().size()).bytes()
        : 0;
  }

  /** A dyno was refused because no host had room. */
  public void refused(Simulation simulation, Tier tier, AppEvent.DynoRefused refused) {
    Published.@Nullable Size asked = refused.size().map(Published::size).orElse(null);
    long bytes = (asked == null ? Published.usual(tier) : asked).bytes();
    for (int i = 0; i < hosts; i++) {
      SimHost host = simulation.fleet().host(i);
      long promised = host.dynos().stream().mapToLong(Rooms::bytes).sum();
      boolean keepsPlaces = simulation.dynos().stream().anyMatch(dyno -> dyno.kept == host);
      if (host.up()
          && !keepsPlaces
          && host.dynos().size() < capacity
          && promised + bytes <= memory) {
        throw new Broken("refused for want of room, while %s has it".formatted(host.view().id()));
      }
    }
  }
}
