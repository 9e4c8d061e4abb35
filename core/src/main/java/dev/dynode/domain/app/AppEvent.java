package dev.dynode.domain.app;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What happens to an app. Journaled for ever. {@code at} and {@code by} as in {@code DynoEvent}.
 */
public sealed interface AppEvent {
  Instant at();

  String by();

  record AppCreated(
      Instant at, String by, AppId id, String name, Tier tier, String region, String stack)
      implements AppEvent {}

  record AppUpdated(
      Instant at,
      String by,
      Optional<String> name,
      Optional<Boolean> maintenance,
      Optional<Tier> tier)
      implements AppEvent {}

  record ConfigVarsChanged(Instant at, String by, Map<String, String> set, Set<String> removed)
      implements AppEvent {}

  record SlugCreated(
      Instant at,
      String by,
      SlugId id,
      Map<String, String> processTypes,
      Optional<String> checksum,
      Optional<String> commit,
      Optional<String> commitDescription,
      Optional<String> buildpackDescription,
      String stack)
      implements AppEvent {}

  record SlugStored(Instant at, String by, SlugId id, long bytes, String checksum)
      implements AppEvent {}

  /**
   * Neither the last releases nor a dyno that takes a slot need the slug: its archive and files are
   * given up.
   */
  record SlugRemoved(Instant at, String by, SlugId id) implements AppEvent {}

  record ReleaseCreated(
      Instant at, String by, ReleaseId id, int version, Optional<SlugId> slug, String description)
      implements AppEvent {}

  /** A one-off dyno was granted: it takes a slot until it is retired. */
  record DynoRequested(Instant at, String by, DynoSpec spec, Optional<String> idempotencyKey)
      implements AppEvent {}

  /**
   * A one-off dyno was asked for and refused, with this message. Of the command the first 200
   * characters are kept; {@code size} is the one asked for, if one was.
   */
  record DynoRefused(
      Instant at,
      String by,
      DynoId id,
      String command,
      Optional<String> size,
      Refusal.Reason reason,
      String message)
      implements AppEvent {}

  record DynoRetired(Instant at, String by, DynoId id, Ending ending, Optional<Integer> status)
      implements AppEvent {}

  record AppDeleted(Instant at, String by) implements AppEvent {}
}
