package dev.dynode.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The benchmark measures a real node: here as little of it as shows that every part works. */
@Timeout(600)
@Tag("process")
class BenchTest {
  private static final List<String> SERVER =
      List.of(
          ProcessHandle.current().info().command().orElseThrow(),
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Xshare:auto",
          "-XX:TieredStopAtLevel=1",
          "-cp",
          System.getProperty("java.class.path"),
          "dev.dynode.cli.Dynode",
          "server");

  @Test
  void everyPartPutsItsRowsIntoOneTable() throws Exception {
    List<String> progress = new ArrayList<>();
    String table;
    try (Bench bench =
        new Bench(
            SERVER, new Effort(2, 1, 5, 2, 2, 1, 4, List.of(1, 2), 4, 50, 60), progress::add)) {
      table = bench.table(Bench.parts(List.of()));
    }
    List<String> lines = table.lines().toList();
    assertTrue(lines.getFirst().matches("Measured .* cores, .*"), table);
    List<String> rows = lines.stream().filter(line -> line.startsWith("| ")).toList();
    for (String row : rows) {
      assertEquals(9, row.chars().filter(c -> c == '|').count(), row);
    }
    for (String start :
        List.of(
            "attached start",
            "detached start",
            "isolated start",
            "isolated starts until",
            "256 MiB of a boxed",
            "keystroke and echo of a boxed",
            "keystroke and echo, 5 ms",
            "keystroke and echo, back",
            "4 MiB of output through TLS, raw terminal",
            "4 MiB of output through TLS, pipes",
            "durable lives of detached `true`, 2 clients",
            "4 dynos at once",
            "a journal of",
            "replay of a whole journal",
            "`dynode verify` of a whole journal",
            "`dynode replay` of one dyno",
            "`GET`, a live one by name, app of 50 dynos",
            "`GET`, one that ended lately",
            "`GET`, the first of all",
            "resize, app of 50 dynos and 1,000 releases",
            "stop, app of 50 dynos",
            "an app of 60 events answers, node ready, no state",
            "an app of 60 events answers, node ready, its state",
            "heap of an idle attached",
            "heap of an idle detached")) {
      assertTrue(rows.stream().anyMatch(row -> row.startsWith("| " + start)), start + "\n" + table);
    }
    assertEquals(2, rows.stream().filter(row -> row.contains("SHA-256 equal")).count(), table);
    assertTrue(progress.containsAll(Bench.PARTS), progress.toString());
  }

  @Test
  void figuresAreOrderedBeforeTheyAreCounted() {
    var samples = new Samples();
    for (int i = 200; i > 0; i--) {
      samples.add(i);
    }
    assertEquals(100.5, samples.median());
    assertEquals(198, samples.p99());
    samples.add(0);
    assertEquals(100, samples.median());
  }

  @Test
  void aRowTellsRatioAndAim() {
    Row row =
        Row.beside(
            "start",
            new Figure(10, java.util.Optional.of(12.5), Unit.MILLIS),
            "ssh",
            Figure.single(40, Unit.MILLIS));
    assertEquals("| start | 10.00 ms | 12.50 ms | ssh | 40.00 ms |  | 0.25 |  |", row.markdown());
    assertTrue(row.aiming("fast", true).markdown().endsWith("| ✔ fast |"));
    assertTrue(row.aiming("fast", false).markdown().endsWith("| ✘ fast |"));
  }

  @Test
  void partsAreKnownByName() {
    assertEquals(Set.copyOf(Bench.PARTS), Bench.parts(List.of()));
    assertEquals(Set.of("heap"), Bench.parts(List.of("heap")));
    assertFalse(
        String.valueOf(
                assertThrows(
                        IllegalArgumentException.class, () -> Bench.parts(List.of("heap", "cpu")))
                    .getMessage())
            .contains("[heap,"));
  }
}
