package dev.dynode.domain.app;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
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

  /**
   * A release was made; of a roll-back it tells the version whose slug and config it has again,
   * older events by their description alone.
   */
  record ReleaseCreated(
      Instant at,
      String by,
      ReleaseId id,
      int version,
      Optional<SlugId> slug,
      String description,
      Optional<Integer> rolledBackTo)
      implements AppEvent {}

  /**
   * A one-off dyno was granted: it takes a slot until it is retired. Older events do not tell by
   * which limit.
   */
  record DynoRequested(
      Instant at, String by, DynoSpec spec, Optional<String> idempotencyKey, Optional<Limit> limit)
      implements AppEvent {}

  /**
   * A one-off dyno was asked for and refused, with this message. Of the command the first 200
   * characters are kept; {@code size} is the one asked for, if one was. {@code limit} is the one
   * that was reached, with those {@code counted}, or that was not, where no host had a place, with
   * the {@code shortage}. Older events tell neither.
   */
  record DynoRefused(
      Instant at,
      String by,
      DynoId id,
      String command,
      Optional<String> size,
      Refusal.Reason reason,
      String message,
      Optional<Limit> limit,
      Optional<Limit.Counted> counted,
      Optional<Shortage> shortage)
      implements AppEvent {}

  record DynoRetired(Instant at, String by, DynoId id, Ending ending, Optional<Integer> status)
      implements AppEvent {}

  record AppDeleted(Instant at, String by) implements AppEvent {}
}
