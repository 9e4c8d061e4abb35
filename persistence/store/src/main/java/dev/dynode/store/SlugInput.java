package dev.dynode.store;

import dev.dynode.port.SlugStore.Rejected;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The entries of an uploaded archive. Whatever the archive says, reading it takes little memory:
 * what describes one entry may have {@value #MAX_HEADER} bytes.
 */
final class SlugInput implements AutoCloseable {
  /** Names, links, extended attributes of one entry. */
  static final int MAX_HEADER = 1 << 20;

  private final Metered unzipped;
  private final TarArchiveInputStream tar;
  private final ByteArrayOutputStream header = new ByteArrayOutputStream();

  private SlugInput(Metered unzipped) {
    this.unzipped = unzipped;
    this.tar = new TarArchiveInputStream(unzipped, "UTF-8");
  }

  /** Takes the stream, and closes it. */
  static SlugInput of(InputStream archive) throws IOException, Rejected {
    try {
      return new SlugInput(
          new Metered(new GZIPInputStream(new BufferedInputStream(archive, 1 << 16), 1 << 16)));
    } catch (IOException e) {
      archive.close();
      throw damaged(e);
    }
  }

  /** The next entry, {@code null} after the last. The one before must have been read to its end. */
  @Nullable TarArchiveEntry next() throws Rejected {
    try {
      unzipped.allowance = MAX_HEADER;
      header.reset();
      unzipped.copy = header;
      return tar.getNextEntry();
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    } finally {
      unzipped.copy = null;
    }
  }

  /**
   * Whether the entry's name, or that of its link, stands in the archive as it was read: what is no
   * UTF-8 was read as something else.
   */
  boolean has(String name) {
    if (name.indexOf('?') < 0 && name.indexOf('\uFFFD') < 0) {
      return true;
    }
    String bytes = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    String whole = bytes.endsWith("/") ? bytes.substring(0, bytes.length() - 1) : bytes;
    String read = header.toString(StandardCharsets.ISO_8859_1);
    boolean found = read.contains(whole);
    for (int cut = whole.indexOf('/'); cut >= 0 && !found; cut = whole.indexOf('/', cut + 1)) {
      found = read.contains(whole.substring(0, cut)) && read.contains(whole.substring(cut + 1));
    }
    return found;
  }

  /** Bytes of the entry's content, or -1. */
  int read(byte[] buffer) throws Rejected {
    try {
      unzipped.allowance = (long) buffer.length + MAX_HEADER;
      return tar.read(buffer);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  /** Reads the padding after the last entry, so that the checksum at the end is verified. */
  void finish() throws Rejected {
    try {
      unzipped.allowance = MAX_HEADER;
      byte[] rest = new byte[8192];
      while (unzipped.read(rest) >= 0) {
        // nothing but padding
      }
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private static Rejected damaged(Exception e) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new Rejected(
        "The slug is not a whole gzipped tar archive ("
            + why
            + "). Pack it with: tar -czf slug.tgz ./app   and upload all of it.");
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }

  /** Fails when more is read than was allowed for this step. */
  private static final class Metered extends FilterInputStream {
    private long allowance;
    private @Nullable OutputStream copy;

    Metered(InputStream in) {
      super(in);
    }

    private void take(long bytes) throws IOException {
      allowance -= Math.max(0, bytes);
      if (allowance < 0) {
        throw new IOException(
            "more than " + MAX_HEADER + " bytes of names and attributes, or of padding");
      }
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      take(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = super.read(buffer, offset, length);
      take(count);
      OutputStream to = copy;
      if (to != null && count > 0) {
        to.write(buffer, offset, count);
      }
      return count;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = super.skip(bytes);
      take(skipped);
      return skipped;
    }
  }
}
