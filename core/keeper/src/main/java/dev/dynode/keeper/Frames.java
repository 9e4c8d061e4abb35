package dev.dynode.keeper;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts frames together from the pieces a socket gives. For one thread. */
public final class Frames {
  private byte[] bytes = new byte[4096];
  private int start;
  private int end;

  /** Adds what came. */
  public void add(byte[] piece, int length) {
    if (end + length > bytes.length) {
      System.arraycopy(bytes, start, bytes, 0, end - start);
      end -= start;
      start = 0;
      if (end + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + length));
      }
    }
    System.arraycopy(piece, 0, bytes, end, length);
    end += length;
  }

  /** The next whole frame without its length; null if there is none yet. */
  public byte @Nullable [] next() throws IOException {
    if (end - start < Integer.BYTES) {
      return null;
    }
    int length = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      length = (length << 8) | (bytes[start + i] & 0xff);
    }
    if (length < 1 || length > KeeperProtocol.MOST) {
      throw new IOException("a frame of " + length + " bytes");
    }
    int from = start + Integer.BYTES;
    if (end - from < length) {
      return null;
    }
    start = from + length;
    return Arrays.copyOfRange(bytes, from, start);
  }
}
