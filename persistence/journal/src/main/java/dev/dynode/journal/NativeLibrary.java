package dev.dynode.journal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native part. Left alone, rocksdbjni copies it (17 MB) to the temporary folder at every
 * start and leaves it there when the process is killed; here one copy is kept and reused.
 */
final class NativeLibrary {
  private NativeLibrary() {}

  static synchronized void load(Path directory) {
    try {
      Files.createDirectories(directory);
      URL packed = RocksDB.class.getResource("/" + Environment.getJniLibraryFileName("rocksdb"));
      if (packed == null) {
        throw new IllegalStateException(
            "RocksDB has no native library for " + System.getProperty("os.arch"));
      }
      // The name RocksDB.loadLibrary looks for in a folder doubles the "jni".
      Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
      if (!isCopy(library, packed)) {
        copy(packed, library);
      }
      RocksDB.loadLibrary(List.of(directory.toAbsolutePath().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("RocksDB's native library cannot be put into " + directory, e);
    }
  }

  private static boolean isCopy(Path library, URL packed) throws IOException {
    URLConnection connection = packed.openConnection();
    if (!Files.exists(library) || !(connection instanceof JarURLConnection jar)) {
      return false;
    }
    var entry = jar.getJarEntry();
    if (Files.size(library) != entry.getSize()) {
      return false;
    }
    var crc = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(library), crc)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return crc.getValue() == entry.getCrc();
  }

  /** By way of a temporary name: a process killed half-way leaves no half a library. */
  private static void copy(URL packed, Path library) throws IOException {
    Path part = Files.createTempFile(library.getParent(), "librocksdb", ".part");
    try (InputStream in = new BufferedInputStream(packed.openStream())) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
