package dev.dynode.port;

import dev.dynode.domain.id.SlugId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Keeps slugs: the packed archive as uploaded, and its unpacked tree. Thread-safe; may block on
 * disk.
 */
public interface SlugStore {

  /**
   * Stores the archive (tar, gzipped, rooted at {@code ./app} or at the code itself) and unpacks
   * it. All or nothing: after an exception the slug is as it was before.
   *
   * @param expectedChecksum {@code SHA256:} and 64 hexadecimal digits in any case; {@code null} or
   *     empty: not verified
   * @throws Rejected if the archive is damaged, leaves its root, is too large or has another
   *     checksum
   */
  Stored put(SlugId slug, InputStream archive, @Nullable String expectedChecksum)
      throws IOException, Rejected;

  /** The unpacked tree, read-only for everybody. */
  Path tree(SlugId slug) throws IOException;

  boolean has(SlugId slug);

  void remove(SlugId slug) throws IOException;

  /**
   * What was stored.
   *
   * @param bytes size of the packed archive
   * @param checksum {@code SHA256:} and 64 hexadecimal digits
   */
  record Stored(long bytes, String checksum) {}

  /** The archive is not acceptable; the message says why and what to do. */
  final class Rejected extends Exception {
    private static final long serialVersionUID = 1L;

    public Rejected(String message) {
      super(message);
    }
  }
}
