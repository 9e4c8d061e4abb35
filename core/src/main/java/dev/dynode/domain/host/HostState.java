package dev.dynode.domain.host;

import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.HostView;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * What runs on a host, what it has promised to run, and whether it may run more. The host alone
 * counts this: whoever counted it elsewhere would count what was true a moment ago, and fill the
 * host beyond its bounds. Immutable.
 *
 * @param capacity most dynos at the same time
 * @param memory most bytes that their sizes may promise them
 * @param draining whether it takes no more
 * @param places bytes promised to each dyno that runs here or is expected
 * @param reserved until when a place is kept for those that are only expected
 * @param promised sum of the bytes in {@code places}
 */
public record HostState(
    HostId id,
    int capacity,
    long memory,
    boolean draining,
    PMap<DynoId, Long> places,
    PMap<DynoId, Instant> reserved,
    long promised) {

  /** One with nothing on it. */
  public static HostState empty(HostId id, int capacity, long memory) {
    return new HostState(
        id, capacity, memory, false, HashTreePMap.empty(), HashTreePMap.empty(), 0);
  }

  /** As placement sees it. */
  public HostView view() {
    return new HostView(id, places.size(), capacity, promised, memory);
  }

  /** Whether this dyno has a place here. */
  public boolean has(DynoId dyno) {
    return places.containsKey(dyno);
  }

  /**
   * Keeps a place for a dyno, if there is one; asked again, the same place for longer. Whether it
   * did is told by {@link #has}.
   *
   * @param bytes memory that its size promises it
   */
  public HostState reserve(DynoId dyno, long bytes, Instant now, Duration lasts) {
    HostState at = at(now);
    if (at.has(dyno)) {
      return at.reserved.containsKey(dyno)
          ? at.with(at.places, at.reserved.plus(dyno, now.plus(lasts)), at.promised)
          : at;
    }
    return draining || !at.view().hasRoom(bytes)
        ? at
        : at.with(
            at.places.plus(dyno, bytes),
            at.reserved.plus(dyno, now.plus(lasts)),
            at.promised + bytes);
  }

  /**
   * A dyno begins here: in the place that was kept for it, or in another, if there is one. Whether
   * it may is told by {@link #has}. A host that drains takes what was placed on it before.
   */
  public HostState begin(DynoId dyno, long bytes, Instant now) {
    HostState at = at(now);
    if (at.has(dyno)) {
      return at.with(at.places, at.reserved.minus(dyno), at.promised);
    }
    return at.view().hasRoom(bytes) ? at.found(dyno, bytes) : at;
  }

  /** A dyno runs here, whatever was decided: it counts. */
  public HostState found(DynoId dyno, long bytes) {
    long before = places.getOrDefault(dyno, 0L);
    return with(places.plus(dyno, bytes), reserved.minus(dyno), promised - before + bytes);
  }

  /** A dyno is no longer here. */
  public HostState free(DynoId dyno) {
    Long bytes = places.get(dyno);
    return bytes == null ? this : with(places.minus(dyno), reserved.minus(dyno), promised - bytes);
  }

  /** A place is given back that nothing has begun in. */
  public HostState release(DynoId dyno) {
    return reserved.containsKey(dyno) ? free(dyno) : this;
  }

  public HostState drain(boolean on) {
    return new HostState(id, capacity, memory, on, places, reserved, promised);
  }

  /** Without the places that were kept in vain. */
  private HostState at(Instant now) {
    HostState left = this;
    for (Map.Entry<DynoId, Instant> each : reserved.entrySet()) {
      if (!each.getValue().isAfter(now)) {
        left = left.free(each.getKey());
      }
    }
    return left;
  }

  private HostState with(PMap<DynoId, Long> places, PMap<DynoId, Instant> reserved, long promised) {
    return new HostState(id, capacity, memory, draining, places, reserved, promised);
  }
}
