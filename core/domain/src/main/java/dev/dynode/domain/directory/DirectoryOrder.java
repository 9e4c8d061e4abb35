package dev.dynode.domain.directory;

import dev.dynode.domain.id.AppId;

/** What the world should be made to do about the names. */
public sealed interface DirectoryOrder {
  /** After a start: see that this app lives; one that was never created gives its name back. */
  record Wake(String name, AppId app) implements DirectoryOrder {}
}
