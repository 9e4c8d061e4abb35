package dev.dynode.domain.host;

import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.trie.TrieMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What runs on a host, what it has promised to run, and whether it may run more. The host alone
 * counts this: whoever counted it elsewhere would count what was true a moment ago, and fill the
 * host beyond its bounds. Immutable.
 *
 * @param capacity most dynos at the same time
 * @param memory most bytes that their sizes may promise them
 * @param draining whether it takes no more
 * @param places bytes promised to each dyno that runs here or is expected
 * @param reserved places that are kept for those that are only expected
 * @param promised sum of the bytes in {@code places}
 */
public record HostState(
    HostId id,
    int capacity,
    long memory,
    boolean draining,
    TrieMap<DynoId, Long> places,
    TrieMap<DynoId, Reservation> reserved,
    long promised) {

  /**
   * A place that is kept.
   *
   * @param generation launch of the dyno that it is for: what is said of an earlier one is too late
   * @param until when it ends, if nothing begins in it
   */
  public record Reservation(int generation, Instant until) {}

  /** One with nothing on it. */
  public static HostState empty(HostId id, int capacity, long memory) {
    return new HostState(id, capacity, memory, false, TrieMap.empty(), TrieMap.empty(), 0);
  }

  /** As placement sees it. */
  public HostView view() {
    return new HostView(id, places.size(), capacity, promised, memory);
  }

  /** The same without this dyno, as it was before that had a place. */
  public HostView viewWithout(DynoId dyno) {
    return free(dyno).view();
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
  public HostState reserve(DynoId dyno, int generation, long bytes, Instant now, Duration lasts) {
    HostState at = at(now);
    var reservation = new Reservation(generation, now.plus(lasts));
    if (at.has(dyno)) {
      Reservation before = at.reserved.get(dyno);
      return before == null || before.generation() > generation
          ? at
          : at.with(at.places, at.reserved.plus(dyno, reservation), at.promised);
    }
    return draining || !at.view().hasRoom(bytes)
        ? at
        : at.with(
            at.places.plus(dyno, bytes), at.reserved.plus(dyno, reservation), at.promised + bytes);
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

  /** A place is given back that nothing has begun in, unless it is kept for a later launch. */
  public HostState release(DynoId dyno, int generation) {
    Reservation kept = reserved.get(dyno);
    return kept == null || kept.generation() > generation ? this : free(dyno);
  }

  public HostState drain(boolean on) {
    return new HostState(id, capacity, memory, on, places, reserved, promised);
  }

  /** Without the places that were kept in vain. */
  public HostState at(Instant now) {
    HostState left = this;
    for (Map.Entry<DynoId, Reservation> each : reserved.entrySet()) {
      if (!each.getValue().until().isAfter(now)) {
        left = left.free(each.getKey());
      }
    }
    return left;
  }

  private HostState with(
      TrieMap<DynoId, Long> places, TrieMap<DynoId, Reservation> reserved, long promised) {
    return new HostState(id, capacity, memory, draining, places, reserved, promised);
  }
}
