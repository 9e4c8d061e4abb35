package dev.dynode.edge.api.context;

import dev.dynode.domain.id.SlugId;
import java.io.IOException;
import java.nio.file.Path;

/** Finds the packed archive of a stored slug. Thread-safe; may block on disk. */
@FunctionalInterface
public interface SlugArchives {
  /** The archive as it was uploaded. */
  Path archive(SlugId slug) throws IOException;
}
