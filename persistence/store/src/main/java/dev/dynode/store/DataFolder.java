package dev.dynode.store;

import dev.dynode.libc.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder that holds everything one node keeps, held by at most one node at a time. */
public final class DataFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

  /** What a node that starts waits for; there only while it does. */
  public static final String STARTING = "node.starting";

  private static final int KEY_BYTES = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long PAUSE_NANOS = 20_000_000;

  private final Path path;
  private final FileChannel channel;

  private DataFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes the folder where it is missing and takes hold of it. Nobody but this process's user may
   * read anything of it afterwards, whatever its modes were, nor of what this process makes.
   *
   * @throws IOException in one sentence, where another node holds it or it cannot be written
   */
  public static DataFolder hold(Path path) throws IOException {
    OwnerOnly.everythingNew();
    Files.createDirectories(path);
    FileChannel channel =
        FileChannel.open(
            path.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    @Nullable FileLock lock = lock(channel);
    while (lock == null && System.nanoTime() < deadline) { // the last one may just be going
      LockSupport.parkNanos(PAUSE_NANOS);
      lock = lock(channel);
    }
    if (lock == null) {
      channel.close();
      throw new IOException(
          "Another node uses the data folder " + path + "; stop it or give another --data.");
    }
    try {
      close(path);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new DataFolder(path, channel);
  }

  /** What dynos make of their own files, and the modes of slugs, are left as they are. */
  private static void close(Path path) throws IOException {
    Path real = path.toRealPath();
    Set<Path> theirs = Set.of(real.resolve("dynos"), real.resolve("keeper"));
    Path slugs = real.resolve("slugs");
    OwnerOnly.Mended mended =
        OwnerOnly.mend(
            real,
            file ->
                theirs.contains(file.getParent())
                    || (file.endsWith("tree") && file.startsWith(slugs)));
    if (mended.open() && mended.files() > 0) {
      LOG.warn(
          "The data folder {} was open to other users of this machine ({} files and folders); it is closed now.{}",
          path,
          mended.files(),
          mended.files() > 1 ? " Secrets in it may have been read: change them." : "");
    }
    if (mended.open() && !mended.left().isEmpty()) {
      LOG.warn(
          "Other users of this machine can read {}, which belongs to another user than this node's: `chmod -R go-rwx` it, or give another --data.",
          mended.left());
    }
  }

  /** Whether a node, or another command, has taken hold of the folder. Nothing is changed. */
  public static boolean held(Path path) {
    Path file = path.resolve("node.lock");
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return shared == null;
    } catch (OverlappingFileLockException heldInThisJvm) {
      return true;
    } catch (IOException unreadable) {
      return false; // the journal will not open either, and say why
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldInThisJvm) {
      return null;
    }
  }

  /** A file or folder in it. */
  public Path resolve(String name) {
    return path.resolve(name);
  }

  /** The secret attach tokens are made with; made on first use. */
  public byte[] attachKey() throws IOException {
    Path file = resolve("attach.key");
    if (!Files.exists(file)) {
      byte[] key = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(key);
      write(file, key);
    }
    return Files.readAllBytes(file);
  }

  /**
   * Tells whoever waits for this node what it waits for itself, such as "its journal".
   *
   * @throws UncheckedIOException where the folder cannot be written
   */
  public void waitsFor(String what) {
    String json = "{\"pid\":%d,\"for\":\"%s\"}".formatted(ProcessHandle.current().pid(), what);
    try {
      Files.writeString(resolve(STARTING), json); // read every second: not worth being durable
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells clients on this machine where the node is. */
  public void publish(String json) throws IOException {
    write(resolve("node.json"), json.getBytes(StandardCharsets.UTF_8));
    Files.deleteIfExists(resolve(STARTING));
  }

  /** Writes a file whole, so that a crash leaves it or the one before. */
  public static void write(Path file, byte[] content) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (var out = FileChannel.open(part, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(resolve("node.json"));
    Files.deleteIfExists(resolve(STARTING));
    channel.close();
  }
}
