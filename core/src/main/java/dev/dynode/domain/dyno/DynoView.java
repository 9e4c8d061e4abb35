package dev.dynode.domain.dyno;

import dev.dynode.domain.app.AppState.Finished;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Phase;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.id.HostId;
import java.time.Instant;
import java.util.Optional;

/**
 * What people are shown of a dyno.
 *
 * @param state {@code starting}, {@code up} or, once it has ended, {@code complete}
 * @param updatedAt last change of {@code state}
 * @param awaitsClient whether its token is still good
 * @param host where it was placed, while that matters
 */
public record DynoView(
    DynoSpec spec,
    String state,
    boolean awaitsClient,
    Optional<HostId> host,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> endedAt,
    Optional<Ending> ending,
    Optional<Integer> status) {

  /** Before it is created. */
  public static DynoView of(Requested requested) {
    return new DynoView(
        requested.spec(),
        "starting",
        false,
        Optional.empty(),
        requested.at(),
        requested.at(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public static DynoView of(Live live) {
    return new DynoView(
        live.spec(),
        live.up() ? "up" : "starting",
        live.phase() == Phase.AWAITING,
        live.host(),
        live.createdAt(),
        live.changedAt(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public static DynoView of(Retired retired) {
    return new DynoView(
        retired.spec(),
        "complete",
        false,
        Optional.empty(),
        retired.createdAt(),
        retired.endedAt(),
        Optional.of(retired.endedAt()),
        Optional.of(retired.ending()),
        retired.status());
  }

  public static DynoView of(Finished finished) {
    return new DynoView(
        finished.spec(),
        "complete",
        false,
        Optional.empty(),
        finished.requestedAt(),
        finished.endedAt(),
        Optional.of(finished.endedAt()),
        Optional.of(finished.ending()),
        finished.status());
  }
}
