package dev.dynode.edge.api.request;

import dev.dynode.domain.id.SlugId;
import dev.dynode.port.SlugStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps archives as files, all or nothing; does not unpack them. */
public final class FolderSlugs implements SlugStore {
  private final Path folder;

  FolderSlugs(Path folder) {
    this.folder = folder;
  }

  @Override
  public Stored put(SlugId slug, InputStream archive, @Nullable String expectedChecksum)
      throws IOException, Rejected {
    Path part = Files.createTempFile(folder, "incoming", ".part");
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (OutputStream out = Files.newOutputStream(part)) {
        int first = archive.read();
        if (first == 'X') {
          throw new Rejected("This is no archive.");
        }
        out.write(first);
        digest.update((byte) first);
        new DigestInputStream(archive, digest).transferTo(out);
      }
      String checksum = "SHA256:" + HexFormat.of().formatHex(digest.digest());
      if (expectedChecksum != null
          && !expectedChecksum.isEmpty()
          && !expectedChecksum.equals(checksum)) {
        throw new Rejected("Checksum does not match: " + checksum);
      }
      long bytes = Files.size(part);
      Files.move(part, archive(slug), StandardCopyOption.ATOMIC_MOVE);
      return new Stored(bytes, checksum);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  Path archive(SlugId slug) {
    return folder.resolve(slug + ".tgz");
  }

  /** Files there are, half-done ones included. */
  public long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Override
  public Path tree(SlugId slug) {
    return folder.resolve(slug.toString());
  }

  @Override
  public boolean has(SlugId slug) {
    return Files.exists(archive(slug));
  }

  @Override
  public void remove(SlugId slug) throws IOException {
    Files.deleteIfExists(archive(slug));
  }
}
