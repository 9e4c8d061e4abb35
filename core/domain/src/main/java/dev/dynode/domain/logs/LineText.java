package dev.dynode.domain.logs;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What stands in one line of a log, so that nothing in it can pass for another line, or hide one:
 * letters and signs of any script, tabs, and colours ({@code ESC [ … m}), which end with the line.
 * All other control characters, and what else ends a line somewhere, are written as {@code less}
 * shows them: {@code ^M}, {@code ^[}, {@code <U+0085>}. What is no UTF-8 is U+FFFD.
 */
public final class LineText {
  /** More than a character or a colour has bytes, and what ends a colour. */
  public static final int LONGEST_UNIT = 64;

  private static final int LONGEST_COLOUR = 48;

  private static final char ESCAPE = '\u001b';
  private static final String COLOURS_OFF = "\u001b[0m";

  private final StringBuilder text = new StringBuilder();
  private int size;
  private Colours colours = Colours.NONE;

  private LineText() {}

  /** The text as a line holds it. Of such a text, the text itself. */
  public static String of(String text) {
    if (plain(text)) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return first(bytes, 0, bytes.length, Integer.MAX_VALUE).text();
  }

  /**
   * The beginning of a line that may be too long for one.
   *
   * @param text as a line holds it
   * @param length of the bytes it is made of
   */
  record Piece(String text, int length) {}

  /**
   * Takes as much of the bytes as fits into a text of that many bytes of UTF-8, but one character
   * at least. What is more than {@link #LONGEST_UNIT} behind the limit makes no difference.
   */
  static Piece first(byte[] bytes, int from, int to, int limit) {
    if (to - from <= limit) {
      String all = new String(bytes, from, to - from, StandardCharsets.UTF_8);
      if (plain(all) && all.indexOf('\uFFFD') < 0) {
        return new Piece(all, to - from);
      }
    }
    var piece = new LineText();
    int at = from;
    while (at < to) {
      int colour = colour(bytes, at, to);
      int character = character(bytes, at, to);
      int length = Math.max(colour, Math.abs(character));
      String unit =
          character < 0 ? "\uFFFD" : new String(bytes, at, length, StandardCharsets.UTF_8);
      if (!(colour > 0 ? piece.addColour(unit, limit) : piece.add(shown(unit), limit))) {
        break;
      }
      at += length;
    }
    return new Piece(piece.text + (piece.colours.none() ? "" : COLOURS_OFF), at - from);
  }

  private boolean addColour(String sequence, int limit) {
    Colours before = colours;
    colours = colours.after(sequence.substring(2, sequence.length() - 1));
    if (add(sequence, limit)) {
      return true;
    }
    colours = before;
    return false;
  }

  private boolean add(String unit, int limit) {
    int grown = size + unit.getBytes(StandardCharsets.UTF_8).length;
    if (size > 0 && grown > limit - (colours.none() ? 0 : COLOURS_OFF.length())) {
      return false;
    }
    size = grown;
    text.append(unit);
    return true;
  }

  private static String shown(String character) {
    char c = character.charAt(0);
    if (!hidden(c)) {
      return character;
    }
    return c <= 0x7f ? "^" + (char) (c ^ 0x40) : String.format(Locale.ROOT, "<U+%04X>", (int) c);
  }

  /** Whether it moves the cursor, ends a line, or is no character by itself. */
  private static boolean hidden(char c) {
    return (c < ' ' && c != '\t') || (c >= 0x7f && c <= 0x9f) || c == '\u2028' || c == '\u2029';
  }

  private static boolean plain(String text) {
    return text.chars().noneMatch(c -> hidden((char) c) || Character.isSurrogate((char) c));
  }

  /** Length of the colour that begins here; 0 if none does. */
  private static int colour(byte[] bytes, int at, int to) {
    if (bytes[at] != ESCAPE || at + 1 >= to || bytes[at + 1] != '[') {
      return 0;
    }
    for (int i = at + 2; i < Math.min(to, at + LONGEST_COLOUR); i++) {
      if (bytes[i] == 'm') {
        return i + 1 - at;
      }
      if (bytes[i] < '0' || bytes[i] > ';') {
        return 0;
      }
    }
    return 0;
  }

  /** Length of the character of UTF-8 that begins here; negative if its end is missing. */
  private static int character(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xff;
    int whole = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : lead > 0xf4 ? 0 : 0xbf;
    int length = 1;
    while (length < whole && at + length < to) {
      int next = bytes[at + length] & 0xff;
      if (next < low || next > high) {
        break;
      }
      low = 0x80;
      high = 0xbf;
      length++;
    }
    return length == whole ? length : -length;
  }
}
