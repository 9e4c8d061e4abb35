package dev.dynode.domain.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lines made of a program's output. */
@Tag("unit")
class LineCutterTest {
  private static final int LIMIT = 10_000;

  private record Line(String text, long end) {}

  private final List<Line> lines = new ArrayList<>();

  private LineCutter cutter(int limit, long from) {
    return new LineCutter(limit, from, (text, end) -> lines.add(new Line(text, end)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> texts(String... reads) {
    lines.clear();
    var cutter = cutter(LIMIT, 0);
    for (String read : reads) {
      cutter.add(bytes(read), bytes(read).length);
    }
    cutter.end();
    return lines.stream().map(Line::text).toList();
  }

  private List<Integer> lengths(String... reads) {
    return texts(reads).stream().map(String::length).toList();
  }

  @Test
  void aLongLineIsCutIntoWholePieces() {
    assertEquals(
        List.of(10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000),
        lengths("x".repeat(752), "x".repeat(70_000 - 752), "\n"));
  }

  @Test
  void noEmptyLineIsInvented() {
    assertEquals(List.of(10_000, 2_000), lengths("x".repeat(12_000), "\n"));
    assertEquals(List.of(10_000), lengths("x".repeat(10_000), "\n"));
    assertEquals(List.of(10_000), lengths("x".repeat(10_000), "\r", "\n"));
    assertEquals(List.of(10_000, 10_000), lengths("x".repeat(20_000), "\r\n"));
    assertEquals(List.of("a", "", "b"), texts("a\n\nb"));
    assertEquals(List.of("", "", ""), texts("\n\r\n\n"));
    assertEquals(List.of(), texts(""));
  }

  @Test
  void whatIsPrintedOfALineComesWithItsEnd() {
    var cutter = cutter(LIMIT, 0);
    cutter.add(bytes("Password: "), 10);
    assertEquals(List.of(), lines);
    cutter.add(bytes("\nthanks"), 7);
    assertEquals(List.of(new Line("Password: ", 11)), lines);
    cutter.end();
    assertEquals(new Line("thanks", 17), lines.getLast());
  }

  @Test
  void aProgressBarIsOneLine() {
    assertEquals(List.of("^M10%^M20%^M100%", "done"), texts("\r10%\r2", "0%\r100%\r\ndone\n"));
  }

  @Test
  void bytesThatAreNoTextAreOneSignEach() {
    lines.clear();
    var cutter = cutter(LIMIT, 0);
    byte[] latin = {'c', 'a', 'f', (byte) 0xe9, '\n', (byte) 0xe2, (byte) 0x82, '|', (byte) 0xed};
    cutter.add(latin, latin.length);
    cutter.end();
    assertEquals(List.of("caf\uFFFD", "\uFFFD|\uFFFD"), lines.stream().map(Line::text).toList());
  }

  /** Bytes of all kinds that a cut must not fall into. */
  private static byte[] output(Random random) {
    String[] parts = {
      "x",
      "é",
      "€",
      "\uD83D\uDE80",
      "\r",
      "\u001b[31m",
      "\u001b[0m",
      "\u001b[2J",
      "\u001b",
      "\t",
      "\0",
      "\u0085",
      "\u2028",
      "\uFFFD",
      "\u001b[38;5;1",
      "\u001b[1;39m",
      "\r\n",
      "\n"
    };
    var out = new ByteArrayOutputStream();
    int kinds = 1 + random.nextInt(parts.length);
    int size = random.nextInt(3_000);
    while (out.size() < size) {
      if (random.nextInt(20) == 0) {
        out.write(random.nextInt(256));
      } else {
        out.writeBytes(bytes(parts[random.nextInt(kinds)].repeat(1 + random.nextInt(9))));
      }
    }
    return out.toByteArray();
  }

  private List<Line> cut(byte[] output, int from, int limit, Random chops) {
    lines.clear();
    var cutter = cutter(limit, from);
    for (int at = from; at < output.length; ) {
      int read = Math.min(output.length - at, 1 + chops.nextInt(1 << chops.nextInt(11)));
      cutter.add(Arrays.copyOfRange(output, at, at + read), read);
      at += read;
    }
    cutter.end();
    return List.copyOf(lines);
  }

  @Test
  void theSameBytesGiveTheSameLinesHoweverTheyAreRead() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 400; round++) {
      byte[] output = output(random);
      int limit = LineText.LONGEST_UNIT + random.nextInt(300);
      String which = "-Dseed=" + seed + ", round " + round;
      List<Line> whole =
          cut(
              output,
              0,
              limit,
              new Random(0) {
                @Override
                public int nextInt(int bound) {
                  return bound - 1; // as much as may be at once
                }
              });
      List<Line> chopped = cut(output, 0, limit, random);
      assertEquals(whole, chopped, which);
      int ends = (int) (chopped.isEmpty() ? 0 : chopped.getLast().end());
      assertEquals(output.length, ends, which);
      for (Line line : chopped) {
        assertTrue(bytes(line.text()).length <= limit, () -> which + ": " + line);
        assertEquals(line.text(), LineText.of(line.text()), which);
      }
      if (!chopped.isEmpty()) { // a node that died goes on behind what is stored
        int stored = random.nextInt(chopped.size());
        assertEquals(
            chopped.subList(stored + 1, chopped.size()),
            cut(output, (int) chopped.get(stored).end(), limit, random),
            which);
      }
    }
  }

  @Test
  void aLogLineIsSplitAsTheOutputItCameFrom() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      for (Line line : cut(output(random), 0, 200, random)) {
        var whole = new LogLine(java.time.Instant.EPOCH, "app", "run.1", line.text());
        assertEquals(List.of(whole), whole.split(200), "-Dseed=" + seed + ", round " + round);
      }
    }
  }
}
