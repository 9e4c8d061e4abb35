package dev.dynode.domain.directory;

import dev.dynode.domain.id.AppId;
import java.util.Map;

/** What the world should be made to do about the names. */
public sealed interface DirectoryOrder {
  /** Let all who look up names know. */
  record Publish(Map<String, AppId> taken) implements DirectoryOrder {}
}
