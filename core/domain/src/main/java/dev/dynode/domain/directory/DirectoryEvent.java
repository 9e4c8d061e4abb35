package dev.dynode.domain.directory;

import dev.dynode.domain.id.AppId;
import java.time.Instant;

/** What happens to names. Journaled for ever. */
public sealed interface DirectoryEvent {
  Instant at();

  String by();

  record NameClaimed(Instant at, String by, String name, AppId app) implements DirectoryEvent {}

  record NameFreed(Instant at, String by, String name, AppId app) implements DirectoryEvent {}
}
