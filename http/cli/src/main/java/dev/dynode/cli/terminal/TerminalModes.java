package dev.dynode.cli.terminal;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a program's output has changed of the terminal that shows it, as far as that outlives the
 * program: modes of screen, cursor, keys and mouse (xterm's control sequences). Output comes in
 * pieces that may end anywhere.
 */
final class TerminalModes {
  /** On unless a program turns them off: lines wrap, the cursor is seen. */
  private static final Set<Integer> ON_AT_FIRST = Set.of(7, 25);

  /** Their end brings back the cursor, so they are ended last. */
  private static final Set<Integer> OTHER_SCREEN = Set.of(47, 1047, 1049);

  private static final char ESCAPE = 27;
  private static final int LONGEST = 64;

  private enum Part {
    TEXT,
    ESCAPED,
    CHARSET,
    SEQUENCE,
    STRING,
    STRING_ESCAPED
  }

  private Part part = Part.TEXT;
  private final StringBuilder sequence = new StringBuilder();

  /** Modes that are not as they were at first. */
  private final TreeSet<Integer> modes = new TreeSet<>();

  private boolean colours;
  private boolean keypad;
  private boolean charset;
  private boolean shifted;
  private boolean region;
  private boolean inserts;
  private boolean cursorShape;
  private boolean otherKeys;
  private int keyboards;

  /** The next bytes of the output. */
  void follow(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      next((char) (bytes[i] & 0xff));
    }
  }

  private void next(char c) {
    switch (part) {
      case TEXT -> {
        part = c == ESCAPE ? Part.ESCAPED : Part.TEXT;
        shifted = c == '\016' || (shifted && c != '\017');
      }
      case ESCAPED -> escaped(c);
      case CHARSET -> {
        charset = c != 'B';
        part = Part.TEXT;
      }
      case SEQUENCE -> {
        if (c == ESCAPE) {
          begin(Part.ESCAPED);
        } else if ((c >= '@' && c <= '~') || sequence.length() > LONGEST) {
          part = Part.TEXT;
          sequence(c);
        } else if (c >= ' ') {
          sequence.append(c);
        }
      }
      case STRING ->
          part = c == ESCAPE ? Part.STRING_ESCAPED : c == '\007' ? Part.TEXT : Part.STRING;
      case STRING_ESCAPED -> {
        part = Part.TEXT;
        if (c != '\\') {
          escaped(c);
        }
      }
    }
  }

  private void begin(Part next) {
    part = next;
    sequence.setLength(0);
  }

  private void escaped(char c) {
    begin(
        switch (c) {
          case '[' -> Part.SEQUENCE;
          case '(' -> Part.CHARSET;
          case ']', 'P', '_', '^', 'X' -> Part.STRING;
          case ESCAPE -> Part.ESCAPED;
          default -> Part.TEXT;
        });
    if (c == '=' || c == '>') {
      keypad = c == '=';
    } else if (c == 'c') {
      asAtFirst();
    }
  }

  private void sequence(char last) {
    String parameters = sequence.toString();
    switch (last) {
      case 'h', 'l' -> {
        if (parameters.startsWith("?")) {
          for (String mode : parameters.substring(1).split(";", -1)) {
            set(mode, last == 'h');
          }
        } else if (parameters.equals("4")) {
          inserts = last == 'h';
        }
      }
      case 'm' -> {
        if (parameters.startsWith(">")) {
          otherKeys = parameters.startsWith(">4;") && !parameters.endsWith(";0");
        } else if (!parameters.startsWith("?")) {
          colours = !parameters.matches("[0;]*");
        }
      }
      case 'r' -> region = !parameters.isEmpty() && (region || !parameters.startsWith("?"));
      case 'q' -> {
        if (parameters.endsWith(" ")) {
          cursorShape = !parameters.matches("0* ");
        }
      }
      case 'p' -> {
        if (parameters.equals("!")) {
          asAtFirst();
        }
      }
      case 'u' -> {
        if (parameters.startsWith(">")) {
          keyboards++;
        } else if (parameters.startsWith("<")) {
          keyboards = Math.max(0, keyboards - 1);
        }
      }
      default -> {
        // changes nothing that stays
      }
    }
  }

  private void set(String number, boolean on) {
    if (number.matches("[0-9]{1,5}")) {
      int mode = Integer.parseInt(number);
      if (on == ON_AT_FIRST.contains(mode)) {
        modes.remove(mode);
      } else {
        modes.add(mode);
      }
    }
  }

  private void asAtFirst() {
    modes.clear();
    colours = keypad = charset = shifted = region = inserts = cursorShape = otherKeys = false;
    keyboards = 0;
  }

  /** What makes the terminal as it was at first; nothing for a program that left it so. */
  byte[] undo() {
    var out = new StringBuilder();
    if (part == Part.STRING || part == Part.STRING_ESCAPED) {
      out.append("\033\\"); // else the rest would be part of a title
    }
    out.append(colours ? "\033[0m" : "").append(charset ? "\033(B" : "");
    out.append(shifted ? "\017" : "").append(inserts ? "\033[4l" : "");
    out.append(region ? "\0337\033[r\0338" : "").append(keypad ? "\033>" : "");
    out.append(cursorShape ? "\033[0 q" : "").append(otherKeys ? "\033[>4;0m" : "");
    out.append(keyboards > 0 ? "\033[<" + keyboards + "u" : "");
    modes.stream()
        .filter(mode -> !OTHER_SCREEN.contains(mode))
        .forEach(
            mode ->
                out.append("\033[?").append(mode).append(ON_AT_FIRST.contains(mode) ? 'h' : 'l'));
    modes.stream()
        .filter(OTHER_SCREEN::contains)
        .forEach(mode -> out.append("\033[?").append(mode).append('l'));
    asAtFirst();
    return out.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
