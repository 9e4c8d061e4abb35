package dev.dynode.domain.directory;

import dev.dynode.domain.id.AppId;

/** What somebody wants of the names. */
public sealed interface DirectoryCommand {
  /** Repeating it changes nothing. */
  record ClaimName(String by, String name, AppId app) implements DirectoryCommand {}

  /** Nothing unless the name is this app's. */
  record FreeName(String by, String name, AppId app) implements DirectoryCommand {}
}
