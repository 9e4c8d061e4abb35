package dev.dynode.store;

import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the whole lines of a segment, up to a length. For one thread. */
final class SegmentReader {
  private final InputStream in;
  private final long limit;
  private byte[] buffer = new byte[1 << 16];
  private int start;
  private int end;
  private int filled;
  private long read;
  private long whole;

  SegmentReader(InputStream in, long limit) {
    this.in = in;
    this.limit = limit;
  }

  /**
   * Goes to the next line.
   *
   * @return {@code false} after the last that has an end
   */
  boolean next() throws IOException {
    start = end;
    int searched = 0;
    do {
      for (int i = start + searched; i < filled; i++) {
        if (buffer[i] == '\n') {
          end = i + 1;
          whole += end - start;
          return true;
        }
      }
      searched = filled - start;
    } while (fill());
    return false;
  }

  private boolean fill() throws IOException {
    if (filled == buffer.length) {
      if (start > 0) {
        System.arraycopy(buffer, start, buffer, 0, filled - start);
        filled -= start;
        start = 0;
      } else {
        buffer = Arrays.copyOf(buffer, buffer.length * 2);
      }
    }
    int count = in.read(buffer, filled, (int) Math.min(buffer.length - filled, limit - read));
    if (count <= 0) {
      return false;
    }
    read += count;
    filled += count;
    return true;
  }

  /** The line, or {@code null} if it cannot be understood. */
  @Nullable LogLine line() {
    return LogLineFormat.decode(buffer, start, end - 1 - start);
  }

  /** Of which output it is, if it is known. */
  @Nullable Origin origin() {
    return LogLineFormat.origin(buffer, start, end - 1 - start);
  }

  /** Bytes up to the end of the line. */
  long position() {
    return whole;
  }
}
