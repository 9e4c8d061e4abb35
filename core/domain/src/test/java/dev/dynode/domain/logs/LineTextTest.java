package dev.dynode.domain.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing in a line's text passes for another line. */
@Tag("unit")
class LineTextTest {
  /** All that Unicode, Python, and JavaScript break lines at, and what moves a cursor. */
  private static final Pattern BREAKS =
      Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}&&[^\t]]", Pattern.UNICODE_CHARACTER_CLASS);

  @Test
  void noCharacterOfUnicodeBreaksALineOrMovesTheCursor() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String given = "a" + Character.toString(c) + "b";
      String text = LineText.of(given);
      assertFalse(BREAKS.matcher(text).find(), text);
      int type = Character.getType(c);
      boolean kept =
          c == '\t'
              || (type != Character.CONTROL
                  && type != Character.LINE_SEPARATOR
                  && type != Character.PARAGRAPH_SEPARATOR
                  && type != Character.SURROGATE);
      assertEquals(kept, text.equals(given), text);
    }
  }

  @Test
  void controlCharactersAreWrittenAsLessShowsThem() {
    assertEquals(
        "^@^G^H^J^K^L^M^[^\\^]^^^_^?<U+0085><U+009B><U+2028><U+2029>?",
        LineText.of(
            "\0\u0007\b\n\u000b\f\r\u001b\u001c\u001d\u001e\u001f\u007f\u0085\u009b\u2028\u2029\ud800"));
    assertEquals("^[[2J^[[H^[]0;title^G", LineText.of("\u001b[2J\u001b[H\u001b]0;title\u0007"));
    assertEquals("C:\\new\\r \\x1b", LineText.of("C:\\new\\r \\x1b"));
  }

  @Test
  void coloursStayAndEndWithTheirLine() {
    for (String closed :
        List.of(
            "\u001b[31mred\u001b[0m",
            "\u001b[1;31mred\u001b[m",
            "\u001b[32mok\u001b[39m, \u001b[1mbold\u001b[22m",
            "\u001b[38;5;200mpink\u001b[0m")) {
      assertEquals(closed, LineText.of(closed));
    }
    assertEquals("\u001b[8mhidden\u001b[0m", LineText.of("\u001b[8mhidden"));
    assertEquals("\u001b[0;41mx\u001b[0m", LineText.of("\u001b[0;41mx"));
    assertEquals("\u001b[38;5;0mx\u001b[0m", LineText.of("\u001b[38;5;0mx"));
    assertEquals("\u001b[48;2;0;0;0mx\u001b[0m", LineText.of("\u001b[48;2;0;0;0mx"));
    assertEquals("\u001b[38;5;0mx\u001b[39m", LineText.of("\u001b[38;5;0mx\u001b[39m"));
    assertEquals("^[[>4;2m^[[31", LineText.of("\u001b[>4;2m\u001b[31"));
    assertEquals("^[[" + "1;".repeat(40) + "1m", LineText.of("\u001b[" + "1;".repeat(40) + "1m"));
  }

  @Test
  void everyPartOfALogLineIsOfOneLine() {
    var line = new LogLine(Instant.EPOCH, "a\npp", "run.1]: x\r", "text\nmore");
    assertEquals(
        "a^Jpp|run.1]: x^M|text^Jmore", line.source() + "|" + line.process() + "|" + line.text());
  }
}
