package dev.dynode.cli.terminal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is to be taken back after a program. */
@Tag("unit")
class TerminalModesTest {
  private static String undo(String... pieces) {
    var modes = new TerminalModes();
    for (String piece : pieces) {
      byte[] bytes = piece.getBytes(UTF_8);
      modes.follow(bytes, 0, bytes.length);
    }
    return new String(modes.undo(), US_ASCII);
  }

  @Test
  void aProgramThatLeavesTheTerminalAsItWasGetsNothing() {
    for (String left :
        List.of(
            "",
            "plain text, é, \uD83D\uDE80\r\n",
            "\033[31mred\033[0m \033[1mbold\033[m \033[2J\033[H\033[3;4H",
            "\033[?1049h\033[?25l\033[?1006;1002h\033=\033[?1h text \033[?1006;1002l\033[?1l\033>"
                + "\033[?25h\033[?1049l",
            "\033[?2004h$ \033[?2004l\r",
            "\033[?12l\033[?25h\033[?7h\033[?3l",
            "\033]0;a title with [?1049h\007",
            "\033Pq data [?25l\033\\",
            "\033[?1049h\033c",
            "\033(0lqk\033(B \016x\017",
            "\033[2;10r\033[r",
            "\033[?1$p\033[>c\033[6n\033[?1049$p")) {
      assertEquals("", undo(left), left);
    }
  }

  @Test
  void whatAFullScreenProgramLeftIsTakenBackTheOtherScreenLast() {
    assertEquals(
        "\033[0m\033>\033[?1l\033[?25h\033[?1000l\033[?1006l\033[?2004l\033[?1049l",
        undo(
            "\033[?1049h\033[22;0;0t\033[?1h\033=\033[?2004h\033[?25l",
            "\033[?1000h\033[?1006h\033[1;31m"));
    assertEquals("\033(B\033[4l", undo("\033(0\033[4h"));
    assertEquals(
        "\0337\033[r\0338\033[0 q\033[>4;0m\033[<2u",
        undo("\033[1;5r\033[5 q\033[>4;2m\033[>1u\033[>5u"));
    assertEquals("\033[?7h", undo("\033[?7l"));
    assertEquals("\033\\", undo("\033]0;cut off"));
  }

  @Test
  void whereTheOutputIsCutMakesNoDifference() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new Random(seed);
    String[] parts = {
      "\033[?1049h", "\033[?25l", "\033[?25h", "text", "\033]0;t\007", "\033=", "\033>", "\033[1m",
      "\033[0m", "\033[?2004h", "\033", "\033[", "é", "\033[>1u", "\033(0", "\033[2;3r"
    };
    for (int round = 0; round < 500; round++) {
      var out = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        out.append(parts[random.nextInt(parts.length)]);
      }
      byte[] bytes = out.toString().getBytes(UTF_8);
      var whole = new TerminalModes();
      whole.follow(bytes, 0, bytes.length);
      var cut = new TerminalModes();
      for (int at = 0; at < bytes.length; ) {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(5));
        cut.follow(bytes, at, length);
        at += length;
      }
      assertEquals(
          new String(whole.undo(), US_ASCII),
          new String(cut.undo(), US_ASCII),
          "-Dseed=" + seed + ", round " + round);
    }
  }

  @Test
  void nothingIsShownAfterTheTerminalIsRestored() throws Exception {
    var shown = new ByteArrayOutputStream();
    var output = new TerminalOutput(shown);
    output.write("\033[?25lhidden".getBytes(US_ASCII));
    output.restore();
    output.write("\033[?1049hlate".getBytes(US_ASCII));
    output.restore();
    assertEquals("\033[?25lhidden\033[?25h", shown.toString(US_ASCII));
  }
}
