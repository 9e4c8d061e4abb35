package dev.dynode.edge.attach;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The first line a client sends. */
sealed interface TokenLine {

  /** What our own client appends: the end of its input is then its close_notify. */
  String HALF_CLOSE = "?half-close";

  /**
   * A line that may be a token.
   *
   * @param token path and query as sent, without {@link #HALF_CLOSE}
   * @param input what came after the line in the same record: the first input of the process
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Token(String token, boolean halfClose, byte[] input) implements TokenLine {}

  /**
   * A line that cannot be one.
   *
   * @param complaint for the person at the terminal
   */
  record Malformed(String complaint) implements TokenLine {}

  /**
   * Waits for the line and reads it.
   *
   * @param maxLength in bytes, without the line end
   * @throws EOFException if the client leaves before the line is complete
   */
  static TokenLine read(InputStream in, int maxLength) throws IOException {
    byte[] buffer = new byte[maxLength + 2];
    int length = 0;
    int end = -1;
    while (end < 0 && length < buffer.length) {
      int n = in.read(buffer, length, buffer.length - length);
      if (n < 0) {
        throw new EOFException("the client left before its token line");
      }
      end = newline(buffer, length, length + n);
      length += n;
    }
    int stop = end < 0 ? length : end;
    while (stop > 0 && buffer[stop - 1] == '\r') {
      stop--;
    }
    if (end < 0 || stop > maxLength) {
      return new Malformed("The first line is too long to be a rendezvous token.");
    }
    if (stop == 0) {
      return new Malformed("The first line must be a rendezvous token; it is empty.");
    }
    for (int i = 0; i < stop; i++) {
      if (buffer[i] <= ' ' || buffer[i] > '~') {
        return new Malformed("The first line is not a rendezvous token.");
      }
    }
    String line = new String(buffer, 0, stop, StandardCharsets.US_ASCII);
    boolean halfClose = line.endsWith(HALF_CLOSE);
    String token = halfClose ? line.substring(0, line.length() - HALF_CLOSE.length()) : line;
    return new Token(token, halfClose, Arrays.copyOfRange(buffer, end + 1, length));
  }

  private static int newline(byte[] buffer, int from, int to) {
    for (int i = from; i < to; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
