package dev.dynode.replay;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.journal.StoredEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Histories leave a journal and come into another one unchanged, or are refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("unit")
class HistoryFileTest {
  private final Trial trial = new Trial();
  private final long seed = Long.getLong("seed", System.nanoTime());

  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path origin;

  @BeforeAll
  void write(@TempDir Path temporary) {
    System.out.println("HistoryFileTest -Dseed=" + seed);
    folder = temporary;
    origin = folder.resolve("origin");
    trial.invent(origin, 80, seed);
  }

  @AfterAll
  void stop() {
    trial.close();
  }

  private Path everything(Path journal, boolean secrets) throws IOException {
    Path file = Files.createTempFile(folder, "history", ".jsonl");
    try (Rows rows = Rows.in(Trial.journal(journal));
        var lines = HistoryExport.ofAll(rows, "everything", _ -> true, secrets)) {
      Files.write(file, lines.toList());
    }
    return file;
  }

  private HistoryImport.Result take(Path file, Path journal) throws Exception {
    try (Intake intake = Intake.open(Trial.journal(journal))) {
      return HistoryImport.of(file, intake, trial.codec);
    }
  }

  @Test
  void exportImportExportIsTheSameToTheByte() throws Exception {
    for (boolean secrets : new boolean[] {true, false}) {
      Path first = everything(origin, secrets);
      Path copy = folder.resolve("copy-" + secrets);
      HistoryImport.Result result = take(first, copy);
      assertEquals(Files.readAllLines(first).size() - 2, result.added());
      assertEquals(-1, Files.mismatch(first, everything(copy, secrets)));
      assertEquals(List.of(), trial.verify(copy), "seed " + seed);
      assertEquals(
          new HistoryImport.Result(0, result.added()),
          take(first, copy),
          "done again, it adds none");
    }
  }

  @Test
  void valuesOfVariablesAreLeftOut() throws Exception {
    assertTrue(Files.readString(everything(origin, true)).contains("secret"));
    String redacted = Files.readString(everything(origin, false));
    assertFalse(redacted.matches("(?s).*\"secret[\"-].*"));
    assertTrue(redacted.contains("\"KEY\":\"[redacted 1]\""));
    assertTrue(redacted.contains("\"COLUMNS\":\"120\""));
  }

  @Test
  void aCutOffImportGoesOn() throws Exception {
    Path file = everything(origin, true);
    Path part = folder.resolve("part");
    try (Intake intake = Intake.open(Trial.journal(part));
        var history = new HistoryFile(file)) {
      for (int i = 0; i < 100; i++) {
        var line = requireNonNull(history.next());
        intake.add(
            new StoredEvent(
                line.id(),
                line.sequence(),
                0,
                line.at().toEpochMilli(),
                "cut off",
                "",
                Set.of(),
                EventCodec.packed(line),
                Optional.empty()));
      }
      intake.settle();
    }
    assertEquals(100, take(file, part).known());
    assertEquals(-1, Files.mismatch(file, everything(part, true)));
  }

  /** Any change of any line is refused, and the line is named. */
  @Test
  void tamperingShows() throws Exception {
    Path file = everything(origin, false);
    var random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      List<String> lines = new ArrayList<>(Files.readAllLines(file));
      int at = random.nextInt(1, lines.size() - 1);
      int how = random.nextInt(4);
      switch (how) {
        case 0 -> {
          char[] text = lines.get(at).toCharArray();
          int where = random.nextInt(text.length);
          text[where] = text[where] == '7' ? '8' : '7';
          lines.set(at, new String(text));
        }
        case 1 -> lines.remove(at);
        case 2 -> lines.add(at, lines.get(at));
        default -> lines.add(at, lines.remove(at - 1));
      }
      Path changed = Files.write(folder.resolve("changed"), lines);
      int line = how == 3 ? at : how == 2 ? at + 2 : at + 1;
      assertRefused(
          changed, "Line " + line + ": ", "seed " + seed + " round " + round + " how " + how);
    }
  }

  private void assertRefused(Path file, String start, String why) {
    Path target = folder.resolve("refused");
    var refusal = assertThrows(HistoryFileInvalid.class, () -> take(file, target), why);
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(start), refusal + ", " + why);
    try (Rows rows = Rows.in(Trial.journal(target))) {
      assertEquals(0, rows.lastOffset(), "nothing is written");
    }
  }

  private void rewritten(String start, Consumer<List<HistoryLine>> change) throws Exception {
    var lines = new ArrayList<HistoryLine>();
    lines.add(new HistoryLine.Head("everything", true));
    try (var history = new HistoryFile(everything(origin, true))) {
      for (var line = history.next(); line != null; line = history.next()) {
        lines.add(line);
      }
    }
    lines.add(new HistoryLine.End(lines.size() - 1));
    change.accept(lines);
    var chain = new HistoryChain();
    Path file = Files.write(folder.resolve("rewritten"), lines.stream().map(chain::add).toList());
    assertRefused(file, start, "");
  }

  /** With hashes that fit, too. */
  @Test
  void whatIsNoHistoryIsRefused() throws Exception {
    Path cut = folder.resolve("cut");
    List<String> lines = Files.readAllLines(everything(origin, false));
    Files.write(cut, lines.subList(0, 50));
    assertRefused(cut, "Line 51: it is missing: the file was cut off.", "");
    assertRefused(Files.writeString(cut, "hello\n"), "Line 1: this is no history of Dynode", "");
    assertRefused(Files.writeString(cut, ""), "Line 1: it is missing", "");
    var bytes = new byte[300];
    new Random(seed).nextBytes(bytes);
    bytes[0] = 'x'; // or it might begin with a line end
    assertRefused(Files.write(cut, bytes), "Line 1: this is no history of Dynode", "");
    rewritten("Line 10: event 9 of ", all -> all.set(9, changed(all.get(9), 9)));
    rewritten("Line " + (lines.size() - 1) + ": it counts ", all -> all.remove(all.size() - 2));
    rewritten("Line 3: a part begins before", all -> all.add(2, all.getFirst()));
    rewritten("Line 2: its event cannot be read: ", all -> all.set(1, other(all.get(1))));
  }

  private static HistoryLine changed(HistoryLine line, long sequence) {
    var event = (HistoryLine.Event) line;
    return new HistoryLine.Event(event.id(), sequence, event.at(), event.type(), event.event());
  }

  private static HistoryLine other(HistoryLine line) {
    var event = (HistoryLine.Event) line;
    return new HistoryLine.Event(
        event.id(), event.sequence(), event.at(), event.type() + "Other", event.event());
  }

  @Test
  void anotherHistoryOfTheSameIdIsRefused() throws Exception {
    Path other = folder.resolve("other");
    trial.invent(other, 3, seed + 1);
    Path file = everything(origin, true);
    var refusal = assertThrows(HistoryFileInvalid.class, () -> take(file, other));
    assertTrue(
        String.valueOf(refusal.getMessage())
            .startsWith("Line 2: event 1 of Directory|apps is in the journal already"),
        refusal.getMessage());
  }

  @Test
  void anAppComesIntoAnotherInstallation() throws Exception {
    Path other = folder.resolve("host");
    try (Intake journal = Intake.open(Trial.journal(other))) {
      InventedHistory.write(journal, trial.codec, "another", 5, seed + 2);
    }
    String app;
    Path file = Files.createTempFile(folder, "app", ".jsonl");
    try (Rows rows = Rows.in(Trial.journal(origin))) {
      app = ((Rows.Row.Highest) rows.ids().next()).id();
      Files.write(
          file, HistoryExport.ofAll(rows, app, id -> !id.startsWith("Directory"), false).toList());
    }
    HistoryImport.Result result = take(file, other);
    assertEquals(Files.readAllLines(file).size() - 2 + 1, result.added(), "and its name");
    assertEquals(List.of(), trial.verify(other));
  }
}
