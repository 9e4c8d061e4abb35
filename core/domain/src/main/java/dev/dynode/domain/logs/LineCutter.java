package dev.dynode.domain.logs;

import java.util.Arrays;

/**
 * Makes the lines of a log from a program's output, the same ones however its bytes come. A line
 * ends with LF or CR LF; one that is too long is cut between characters, and its last piece comes
 * with its end: what a program printed of a line is shown when the line is complete, or long.
 */
public final class LineCutter {
  private final int limit;
  private final Lines lines;
  private byte[] line = new byte[256];
  private int length;
  private long cut;

  /**
   * A cutter for an output.
   *
   * @param limit most bytes of UTF-8 in a line, from {@link LineText#LONGEST_UNIT}
   * @param from offset of the first byte that will come
   */
  public LineCutter(int limit, long from, Lines lines) {
    this.limit = limit;
    this.cut = from;
    this.lines = lines;
  }

  /** Takes lines. */
  @FunctionalInterface
  public interface Lines {
    /**
     * The next one.
     *
     * @param text as {@link LineText} has it
     * @param end offset of the byte after it: who begins there gets the same lines from there on
     */
    void line(String text, long end);
  }

  /** The next bytes. */
  public void add(byte[] bytes, int count) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        keep(bytes, from, i);
        from = i + 1;
        end(1);
      }
    }
    keep(bytes, from, count);
  }

  /** There is no more; what has no line end is a line, too. */
  public void end() {
    if (length > 0) {
      end(0);
    }
  }

  private void keep(byte[] bytes, int from, int to) {
    int more = to - from;
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(length + more, 2 * length));
    }
    System.arraycopy(bytes, from, line, length, more);
    length += more;
    int at = 0;
    while (length - at >= limit + LineText.LONGEST_UNIT) {
      at += piece(at, length, 0);
    }
    System.arraycopy(line, at, line, 0, length - at);
    length -= at;
  }

  /**
   * The line is complete.
   *
   * @param lineFeed how many bytes its LF is
   */
  private void end(int lineFeed) {
    int carriageReturn = lineFeed == 1 && length > 0 && line[length - 1] == '\r' ? 1 : 0;
    int to = length - carriageReturn;
    int at = 0;
    do {
      at += piece(at, to, carriageReturn + lineFeed);
    } while (at < to);
    length = 0;
  }

  private int piece(int at, int to, int ending) {
    LineText.Piece piece = LineText.first(line, at, to, limit);
    cut += piece.length() + (at + piece.length() == to ? ending : 0);
    lines.line(piece.text(), cut);
    return piece.length();
  }
}
