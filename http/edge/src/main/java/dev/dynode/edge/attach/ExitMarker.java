package dev.dynode.edge.attach;

import dev.dynode.port.ProcessRuntime.ExitStatus;
import java.nio.charset.StandardCharsets;

/**
 * The line by which {@code heroku run -x} learns the exit status. It searches every TLS record it
 * receives for it by itself, so the line must never be spread over two.
 */
final class ExitMarker {
  /** Longer than any such line. */
  private static final int LONGEST = 64;

  /** Of U+FFFF, by which such a line begins. */
  static final int SIGN_BYTES = 3;

  private static final byte FIRST = (byte) 0xEF;
  private static final byte OTHER = (byte) 0xBF;

  private ExitMarker() {}

  static byte[] line(ExitStatus status) {
    return ("\uFFFF heroku-command-exit-status: " + status.code() + "\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** How much of U+FFFF there is with this byte, after so much of it. */
  static int sign(byte next, int before) {
    return next == FIRST ? 1 : next == OTHER && before % SIGN_BYTES > 0 ? before + 1 : 0;
  }

  /**
   * How many bytes at the end of the piece may be the beginning of such a line: U+FFFF (or what is
   * there of it) with no line feed after it.
   */
  static int unfinished(byte[] buffer, int offset, int length) {
    int end = offset + length;
    int stop = Math.max(offset, end - LONGEST);
    for (int i = end - 1; i >= stop; i--) {
      if (buffer[i] == '\n') {
        return 0;
      }
      if (buffer[i] == FIRST
          && (i + 1 >= end || buffer[i + 1] == OTHER)
          && (i + 2 >= end || buffer[i + 2] == OTHER)) {
        return end - i;
      }
    }
    return 0;
  }
}
