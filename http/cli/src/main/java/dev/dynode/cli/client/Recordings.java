package dev.dynode.cli.client;

import dev.dynode.cli.failure.CommandFailed;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** What was recorded, as it is read without a node: by a module above this one. */
public interface Recordings {
  /** In a data folder that no node uses. To be closed. */
  Records in(Path data);

  /**
   * In a history file.
   *
   * @param dyno name or id; null: the app
   */
  Story story(Path file, @Nullable String dyno);

  /** Those that are on the class path. */
  static Recordings installed() {
    return ServiceLoader.load(Recordings.class)
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailed("This dynode is a client only: it reads no folders and files."));
  }
}
