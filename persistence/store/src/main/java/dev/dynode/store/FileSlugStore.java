package dev.dynode.store;

import dev.dynode.domain.id.SlugId;
import dev.dynode.port.SlugStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps slugs in a folder: {@code ID/slug.tgz} as uploaded and {@code ID/tree} unpacked. A slug
 * appears whole, by one rename, and is on disk (synced) when {@link #put} returns. What a crash
 * left half-made is in {@code .incoming} and removed when the store is opened.
 */
public final class FileSlugStore implements SlugStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileSlugStore.class);
  private static final Pattern CHECKSUM =
      Pattern.compile("SHA256:([0-9a-f]{64})", Pattern.CASE_INSENSITIVE);
  private static final String REPLACED = "replaced-";
  private static final String ARCHIVE = "slug.tgz";
  private static final String TREE = "tree";

  private final Path directory;
  private final Path incoming;
  private final SlugSettings settings;
  private final Object publishing = new Object();

  /**
   * @param directory of this store alone; made if it is not there
   */
  public FileSlugStore(Path directory, SlugSettings settings) throws IOException {
    this.directory = directory.toAbsolutePath();
    this.incoming = this.directory.resolve(".incoming");
    this.settings = settings;
    Files.createDirectories(incoming);
    clean();
  }

  private void clean() throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(incoming)) {
      for (Path leftover : leftovers) {
        String name = leftover.getFileName().toString();
        if (name.startsWith(REPLACED)) { // the crash was between the two renames
          Path place = directory.resolve(name.substring(REPLACED.length()));
          if (!Files.exists(place)) {
            Files.move(leftover, place, StandardCopyOption.ATOMIC_MOVE);
            continue;
          }
        }
        try {
          FileTree.delete(leftover);
        } catch (IOException e) {
          LOG.warn("{} of an unfinished upload is left: {}", leftover, e.toString());
        }
      }
    }
  }

  @Override
  public Stored put(SlugId slug, InputStream archive, @Nullable String expectedChecksum)
      throws IOException, Rejected {
    String expected = expected(expectedChecksum);
    Path work = Files.createDirectory(incoming.resolve(UUID.randomUUID().toString()));
    try {
      Path whole = Files.createDirectory(work.resolve("slug"));
      Path packed = whole.resolve(ARCHIVE);
      Stored stored = receive(archive, packed);
      if (expected != null && !expected.equals(stored.checksum())) {
        throw new Rejected(
            "Checksum does not match. Expected: "
                + expected
                + " Actual: "
                + stored.checksum()
                + ". Upload the slug again, or create a slug with the right checksum.");
      }
      Path unpacked = Files.createDirectory(work.resolve("unpacked"));
      Path code = new SlugUnpacker(unpacked, settings).unpack(Files.newInputStream(packed));
      Files.move(code, whole.resolve(TREE), StandardCopyOption.ATOMIC_MOVE);
      Files.setPosixFilePermissions(
          whole.resolve(TREE), PosixFilePermissions.fromString("rwxr-xr-x"));
      FileSystemSync.everything(whole);
      publish(slug, whole);
      return stored;
    } finally {
      FileTree.delete(work);
    }
  }

  private static @Nullable String expected(@Nullable String checksum) throws Rejected {
    if (checksum == null || checksum.isBlank()) {
      return null;
    }
    var match = CHECKSUM.matcher(checksum.strip());
    if (!match.matches()) {
      throw new Rejected(
          "The checksum '"
              + checksum
              + "' is not of the form SHA256: and 64 hexadecimal digits (sha256sum slug.tgz).");
    }
    return "SHA256:" + match.group(1).toLowerCase(Locale.ROOT);
  }

  private Stored receive(InputStream archive, Path file) throws IOException, Rejected {
    MessageDigest digest = digest();
    long bytes = 0;
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = archive.read(buffer); read >= 0; read = archive.read(buffer)) {
        bytes += read;
        if (bytes > settings.maxPackedBytes()) {
          throw new Rejected(
              "The slug is larger than "
                  + settings.maxPackedBytes()
                  + " bytes. List what the app does not need in .slugignore.");
        }
        digest.update(buffer, 0, read);
        ByteBuffer rest = ByteBuffer.wrap(buffer, 0, read);
        while (rest.hasRemaining()) {
          out.write(rest);
        }
      }
      out.force(true);
    }
    return new Stored(bytes, "SHA256:" + HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** Every slug there is. */
  public List<SlugId> all() throws IOException {
    List<SlugId> all = new ArrayList<>();
    try (DirectoryStream<Path> places = Files.newDirectoryStream(directory, "[0-9a-f]*")) {
      for (Path place : places) {
        all.add(SlugId.of(place.getFileName().toString()));
      }
    }
    return all;
  }

  /** What {@link #put} said of a slug; its archive is read for that. */
  public Stored stored(SlugId slug) throws IOException {
    MessageDigest digest = digest();
    long bytes = 0;
    try (InputStream packed = Files.newInputStream(archive(slug))) {
      byte[] buffer = new byte[1 << 16];
      for (int read = packed.read(buffer); read >= 0; read = packed.read(buffer)) {
        digest.update(buffer, 0, read);
        bytes += read;
      }
    }
    return new Stored(bytes, "SHA256:" + HexFormat.of().formatHex(digest.digest()));
  }

  private void publish(SlugId slug, Path whole) throws IOException {
    Path place = place(slug);
    Path replaced = incoming.resolve(REPLACED + slug);
    synchronized (publishing) {
      FileTree.delete(replaced);
      boolean replacing = Files.exists(place);
      if (replacing) {
        Files.move(place, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        Files.move(whole, place, StandardCopyOption.ATOMIC_MOVE);
        FileSystemSync.names(incoming);
        FileSystemSync.names(directory);
      } catch (IOException e) {
        if (replacing && !Files.exists(place)) {
          Files.move(replaced, place, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
      FileTree.delete(replaced);
    }
  }

  /** The folder of the slug's code, with the modes it was packed with. Nobody may write to it. */
  @Override
  public Path tree(SlugId slug) throws IOException {
    return existing(slug, TREE);
  }

  /** The archive as it was uploaded. */
  public Path archive(SlugId slug) throws IOException {
    return existing(slug, ARCHIVE);
  }

  private Path existing(SlugId slug, String part) throws IOException {
    Path path = place(slug).resolve(part);
    if (!Files.exists(path)) {
      throw new FileNotFoundException("There is no slug " + slug);
    }
    return path;
  }

  @Override
  public boolean has(SlugId slug) {
    return Files.isDirectory(place(slug).resolve(TREE));
  }

  /** Nothing if it is not there. */
  @Override
  public void remove(SlugId slug) throws IOException {
    Path removed = incoming.resolve(UUID.randomUUID().toString());
    synchronized (publishing) {
      if (!Files.exists(place(slug))) {
        return;
      }
      Files.move(place(slug), removed, StandardCopyOption.ATOMIC_MOVE);
    }
    FileSystemSync.names(directory);
    FileTree.delete(removed);
  }

  private Path place(SlugId slug) {
    return directory.resolve(slug.toString());
  }
}
