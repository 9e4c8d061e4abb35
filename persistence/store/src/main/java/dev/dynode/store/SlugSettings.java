package dev.dynode.store;

import com.typesafe.config.Config;

/**
 * Limits of a {@link FileSlugStore}: {@code dynode.slugs} in reference.conf.
 *
 * @param maxPackedBytes largest archive
 * @param maxUnpackedBytes largest sum of the sizes of its files
 * @param maxFiles most entries (files, folders, links)
 */
public record SlugSettings(long maxPackedBytes, long maxUnpackedBytes, long maxFiles) {

  public SlugSettings {
    if (maxPackedBytes < 1 || maxUnpackedBytes < 1 || maxFiles < 1) {
      throw new IllegalArgumentException("every limit in dynode.slugs must be positive");
    }
  }

  /** Reads {@code dynode.slugs} of the whole configuration. */
  public static SlugSettings of(Config config) {
    Config slugs = config.getConfig("dynode.slugs");
    return new SlugSettings(
        slugs.getBytes("max-packed-size"),
        slugs.getBytes("max-unpacked-size"),
        slugs.getLong("max-files"));
  }
}
