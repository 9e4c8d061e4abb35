package dev.dynode.simulator.rules;

import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.run.Invariants.Broken;
import dev.dynode.simulator.run.SimCluster;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.util.HashMap;
import java.util.Map;

/** Hosts are neither filled beyond their bounds nor passed over while they have room. */
public final class Rooms {
  private final int capacity;
  private final long memory;

  /** Hosts that were there when a dyno was asked for, and were not asked for a place yet. */
  private final Map<DynoId, Map<HostId, SimHost>> unasked = new HashMap<>();

  /**
   * @param capacity most dynos of each host
   * @param memory bytes that each may promise
   */
  public Rooms(int capacity, long memory) {
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

  /** A dyno is asked for. */
  public void wanted(DynoId dyno, SimCluster fleet) {
    var up = new HashMap<HostId, SimHost>();
    for (int i = 0; i < fleet.size(); i++) {
      SimHost host = fleet.host(i);
      if (host.up()) {
        up.put(host.view().id(), host);
      }
    }
    unasked.put(dyno, up);
  }

  /** A host is asked for a place. */
  public void asked(DynoId dyno, HostId host) {
    unasked.computeIfPresent(
        dyno,
        (_, hosts) -> {
          hosts.remove(host);
          return hosts;
        });
  }

  /** A host has answered whether it keeps a place for so many bytes. */
  public void answered(SimHost host, long bytes, boolean kept) {
    HostView view = host.view();
    boolean room = view.dynos() + 1 <= capacity && view.reserved() + bytes <= memory;
    boolean over = view.dynos() > capacity || view.reserved() > memory;
    if (kept ? over : room) {
      throw new Broken(view + (kept ? " keeps a place" : " has no place") + " for " + bytes);
    }
  }

  /** A dyno was refused because no host had room. */
  public void refused(DynoId dyno) {
    for (SimHost host : unasked.getOrDefault(dyno, Map.of()).values()) {
      if (host.up()) {
        throw new Broken("refused for want of room, and %s not asked".formatted(host.view().id()));
      }
    }
  }
}
