package dev.dynode.simulator.rules;

import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.placement.Search;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** Hosts that are asked for a place for one launch; in which order, {@link SearchTrial} tells. */
final class Hunt {
  final int generation;
  final long bytes;
  final SequencedSet<HostId> asked = new LinkedHashSet<>();
  Search search;
  boolean settled;
  int turn;
  private int silences;

  Hunt(int generation, long bytes) {
    this.generation = generation;
    this.bytes = bytes;
    search = Search.of(Placement.SPREAD, bytes, List.of(), 0);
  }

  void seen(Signal.HostsSeen<?> seen) {
    search = Search.of(Placement.SPREAD, bytes, seen.hosts(), seen.all(), seen.draining());
    settled = seen.settled();
  }

  boolean waitsFor(HostId host) {
    return search.next().equals(Optional.of(host));
  }

  /** Who is asked now; null if nobody is left. */
  @Nullable HostId next() {
    Optional<HostId> next = search.next();
    next.ifPresent(
        host -> {
          asked.add(host);
          turn++;
        });
    return next.orElse(null);
  }

  /**
   * Whoever was asked has not answered; whether that is enough: three times for each that is left.
   */
  boolean silent() {
    search = search.silent();
    silences++;
    return silences > 3 * search.left().size();
  }
}
