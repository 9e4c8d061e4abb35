package dev.dynode.domain.app;

import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Phase;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import java.time.Instant;
import java.util.Optional;

/**
 * What people are shown of a dyno.
 *
 * @param command as the user gave it
 * @param attach whether a client will attach
 * @param state {@code starting}, {@code up} or, once it has ended, {@code complete}
 * @param updatedAt last change of {@code state}
 * @param awaitsClient whether its token is still good
 * @param host where it was placed, while that matters
 */
public record DynoView(
    DynoId id,
    AppId app,
    DynoName name,
    String size,
    String command,
    boolean attach,
    ReleaseId release,
    int releaseVersion,
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
    return living(
        requested.spec(), "starting", false, Optional.empty(), requested.at(), requested.at());
  }

  public static DynoView of(Live live) {
    return living(
        live.spec(),
        live.up() ? "up" : "starting",
        live.phase() == Phase.AWAITING,
        live.host(),
        live.createdAt(),
        live.changedAt());
  }

  public static DynoView of(Retired retired) {
    return ended(
        retired.spec(), retired.createdAt(), retired.endedAt(), retired.ending(), retired.status());
  }

  private static DynoView living(
      DynoSpec spec,
      String state,
      boolean awaitsClient,
      Optional<HostId> host,
      Instant createdAt,
      Instant updatedAt) {
    return of(
        spec,
        state,
        awaitsClient,
        host,
        createdAt,
        updatedAt,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** One that has ended. */
  public static DynoView ended(
      DynoSpec spec, Instant createdAt, Instant endedAt, Ending ending, Optional<Integer> status) {
    return of(
        spec,
        "complete",
        false,
        Optional.empty(),
        createdAt,
        endedAt,
        Optional.of(endedAt),
        Optional.of(ending),
        status);
  }

  private static DynoView of(
      DynoSpec spec,
      String state,
      boolean awaitsClient,
      Optional<HostId> host,
      Instant createdAt,
      Instant updatedAt,
      Optional<Instant> endedAt,
      Optional<Ending> ending,
      Optional<Integer> status) {
    return new DynoView(
        spec.id(),
        spec.app(),
        spec.name(),
        spec.size(),
        spec.command(),
        spec.attach(),
        spec.release(),
        spec.releaseVersion(),
        state,
        awaitsClient,
        host,
        createdAt,
        updatedAt,
        endedAt,
        ending,
        status);
  }
}
