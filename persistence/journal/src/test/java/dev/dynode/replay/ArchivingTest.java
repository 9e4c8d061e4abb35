package dev.dynode.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.id.AppId;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Stories that have ended leave the journal, and are read as before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("unit")
class ArchivingTest {
  private static final int DYNOS = 150;
  private static final int KILLS = 6;
  private static final Instant LATER = Instant.parse("2036-01-01T00:00:00Z");

  private final Trial trial = new Trial();

  @AfterAll
  void stop() {
    trial.close();
  }

  private static Config config(Path journal) {
    return Trial.journal(journal);
  }

  /** What is told of each id: kinds and fields, whatever is stored where. */
  private static Map<String, List<String>> told(Path journal) {
    var all = new TreeMap<String, List<String>>();
    try (Rows rows = StoryArchive.rows(config(journal))) {
      for (Iterator<Row> each = rows.events(); each.hasNext(); ) {
        StoredEvent event = ((Row.Event) each.next()).event();
        all.computeIfAbsent(event.persistenceId(), _ -> new ArrayList<>()).add(told(event));
      }
      all.forEach(
          (id, story) -> {
            assertEquals(story.size(), rows.highest(id), id);
            var alone = new ArrayList<String>();
            rows.events(id).forEachRemaining(row -> alone.add(told(((Row.Event) row).event())));
            assertEquals(story, alone, id);
            rows.backwards(id)
                .forEachRemaining(
                    row -> assertEquals(alone.removeLast(), told(((Row.Event) row).event())));
          });
    }
    return all;
  }

  private static String told(StoredEvent event) {
    return "%d %d %s %s"
        .formatted(
            event.sequenceNr(),
            event.timestamp(),
            event.event().manifest(),
            EventCodec.fields(event.event()));
  }

  private static long inJournal(Path journal, String prefix) {
    long count = 0;
    try (Rows rows = Rows.in(config(journal))) {
      for (Iterator<Row> ids = rows.ids(); ids.hasNext(); ) {
        count += ((Row.Highest) ids.next()).id().startsWith(prefix) ? 1 : 0;
      }
    }
    return count;
  }

  private Archiving.Moved archive(Path journal, Instant before) throws IOException {
    return Archiving.run(config(journal), trial.codec, before, _ -> {});
  }

  private List<Divergence> verify(Path journal) {
    var found = new ArrayList<Divergence>();
    try (Rows rows = StoryArchive.rows(config(journal))) {
      new Verification(rows, trial.codec, found::add, _ -> {}).run();
    }
    return found;
  }

  @Test
  void whatWasMovedIsReadAsBefore(@TempDir Path folder) throws Exception {
    Path journal = folder.resolve("journal");
    trial.invent(journal, DYNOS, 1);
    Map<String, List<String>> before = told(journal);
    Archiving.Moved moved = archive(journal, LATER);
    assertTrue(moved.dynos() > DYNOS / 2, moved.toString());
    assertEquals(before.size() - 2 - moved.dynos(), inJournal(journal, "Dyno|"));
    assertTrue(inJournal(journal, "Dyno|") > 0, "those that live stay");
    assertEquals(before, told(journal));
    assertEquals(List.of(), verify(journal));
    assertEquals(new Archiving.Moved(0, 0, 0, List.of()), archive(journal, LATER));
    assertEquals(List.of(), verify(journal));
  }

  @Test
  void whatEndedLaterStays(@TempDir Path folder) throws Exception {
    Path journal = folder.resolve("journal");
    trial.invent(journal, DYNOS, 2);
    Map<String, List<String>> before = told(journal);
    assertEquals(0, archive(journal, Instant.parse("2026-01-01T00:00:00Z")).dynos());
    Archiving.Moved half = archive(journal, Instant.parse("2026-01-01T03:00:00Z"));
    Archiving.Moved rest = archive(journal, LATER);
    assertTrue(half.dynos() > 0 && rest.dynos() > 0, half + " " + rest);
    assertEquals(2, StoryArchive.of(config(journal)).files().size());
    assertEquals(before, told(journal));
    assertEquals(List.of(), verify(journal));
  }

  /** An app that is gone goes with all it had. */
  @Test
  void deletedAppsGoToo(@TempDir Path folder) throws Exception {
    Path journal = folder.resolve("journal");
    try (Intake intake = Intake.open(config(journal))) {
      InventedHistory.write(intake, trial.codec, "gone", 1, 3);
      InventedHistory.write(intake, trial.codec, "stays", 30, 4);
      String app;
      try (Rows rows = intake.rows()) {
        app = appOf(rows, "gone");
        var ending = new ArrayList<StoredEvent>();
        Optional<AppEvent.DynoRequested> found = Optional.empty();
        for (Iterator<Row> all = rows.events(app); all.hasNext(); ) {
          if (trial.codec.read(((Row.Event) all.next()).event().event())
              instanceof AppEvent.DynoRequested requested) {
            found = Optional.of(requested);
          }
        }
        AppEvent.DynoRequested dyno = found.orElseThrow();
        Instant at = dyno.at().plusSeconds(3_000);
        String id = "Dyno|" + dyno.spec().id();
        long events = rows.highest(id);
        ending.add(event(id, events + 1, new DynoEvent.Exited(at, "dynode", 1, 0)));
        ending.add(
            event(
                id,
                events + 2,
                new DynoEvent.Retired(at, "dynode", 1, DynoEvent.Ending.EXITED, Optional.of(0))));
        long told = rows.highest(app);
        ending.add(
            event(
                app,
                told + 1,
                new AppEvent.DynoRetired(
                    at, "dynode", dyno.spec().id(), DynoEvent.Ending.EXITED, Optional.of(0))));
        ending.add(event(app, told + 2, new AppEvent.AppDeleted(at, "me")));
        ending.forEach(intake::add);
        intake.settle();
      }
      assertEquals(2, inNames(intake));
    }
    assertEquals(0, archive(journal, LATER).apps(), "its name is not free yet");
    try (Intake intake = Intake.open(config(journal));
        Rows rows = intake.rows()) {
      String app = appOf(rows, "gone");
      intake.add(
          event(
              HistoryImport.DIRECTORY,
              3,
              new DirectoryEvent.NameFreed(
                  LATER, "me", "gone", AppId.of(app.substring("App|".length())))));
      intake.settle();
    }
    Map<String, List<String>> before = told(journal);
    Archiving.Moved moved = archive(journal, LATER);
    assertEquals(1, moved.apps(), moved.toString());
    assertEquals(1, inJournal(journal, "App|"));
    assertEquals(before, told(journal));
    assertEquals(List.of(), verify(journal));
  }

  private StoredEvent event(String id, long sequence, Object event) {
    return new StoredEvent(
        id, sequence, 0, 1, "test", "", Set.of(), trial.codec.pack(event), Optional.empty());
  }

  private long inNames(Intake intake) {
    return intake.count(HistoryImport.DIRECTORY);
  }

  private String appOf(Rows rows, String name) {
    for (Iterator<Row> all = rows.events(HistoryImport.DIRECTORY); all.hasNext(); ) {
      var claimed =
          (DirectoryEvent.NameClaimed) trial.codec.read(((Row.Event) all.next()).event().event());
      if (claimed.name().equals(name)) {
        return "App|" + claimed.app();
      }
    }
    throw new AssertionError(name);
  }

  /** A file can be taken back into the journal, and its stories be moved again. */
  @Test
  void anImportTakesThemBack(@TempDir Path folder) throws Exception {
    Path journal = folder.resolve("journal");
    trial.invent(journal, DYNOS, 5);
    Map<String, List<String>> before = told(journal);
    Archiving.Moved moved = archive(journal, LATER);
    try (Intake intake = Intake.open(config(journal))) {
      var result = HistoryImport.of(moved.files().getFirst(), intake, trial.codec);
      assertEquals(moved.events(), result.added());
    }
    assertEquals(before.size() - 2, inJournal(journal, "Dyno|"));
    assertEquals(before, told(journal));
    assertEquals(List.of(), verify(journal));
    Archiving.Moved again = archive(journal, LATER);
    assertEquals(moved.dynos(), again.dynos());
    assertEquals(List.of(), again.files(), "they are there");
    assertEquals(before, told(journal));
  }

  /** Whatever is done to the files is found. */
  @Test
  void harmIsFound(@TempDir Path folder) throws Exception {
    Path journal = folder.resolve("journal");
    trial.invent(journal, DYNOS, 6);
    Path file = archive(journal, LATER).files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(7);
    for (int i = 0; i < 8; i++) {
      byte[] harmed = whole.clone();
      harmed[20 + random.nextInt(whole.length - 20)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, harmed);
      assertFalse(verify(journal).isEmpty());
    }
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertThrows(UncheckedIOException.class, () -> StoryArchive.of(config(journal)));
    Files.write(file, whole);
    assertEquals(List.of(), verify(journal));
    Files.delete(ArchiveFile.indexOf(file));
    var missing = assertThrows(UncheckedIOException.class, () -> StoryArchive.of(config(journal)));
    assertTrue(String.valueOf(missing.getMessage()).endsWith("restore it from a backup."));
  }

  /** Killed while it writes the file, and while it takes stories out of the journal. */
  @Test
  void killedAtAnyPointNothingIsLost(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("ArchivingTest -Dseed=" + seed);
    Path journal = folder.resolve("journal");
    trial.invent(journal, 4 * DYNOS, seed);
    Map<String, List<String>> before = told(journal);
    var random = new Random(seed);
    long left = inJournal(journal, "Dyno|");
    for (int i = 0; i < KILLS; i++) {
      boolean early = i % 2 == 0;
      Process process = ArchivingProcess.start(journal);
      try (var lines = process.inputReader()) {
        await(lines, "begins");
        if (early) {
          process.waitFor(random.nextInt(1_000), TimeUnit.MILLISECONDS);
        } else {
          for (int moved = random.nextInt(DYNOS / 2); moved >= 0; moved--) {
            await(lines, "moved");
          }
        }
        process.destroyForcibly().waitFor();
      }
      assertEquals(before, told(journal));
      long now = inJournal(journal, "Dyno|");
      assertTrue(early || now < left, "it had taken some out");
      left = now;
    }
    assertEquals(List.of(), verify(journal));
    archive(journal, LATER);
    assertEquals(before, told(journal));
    assertEquals(List.of(), verify(journal));
    assertEquals(0, archive(journal, LATER).dynos());
  }

  private static void await(BufferedReader lines, String wanted) throws IOException {
    String line = lines.readLine();
    while (!wanted.equals(line)) {
      assertNotNull(line, "there is no line " + wanted);
      line = lines.readLine();
    }
  }
}
