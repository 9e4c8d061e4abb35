package dev.dynode.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;

/**
 * Whatever file of a journal is missing, cut or changed: nobody is told that it is whole while
 * events that were acknowledged are gone, neither a node that starts on it nor a reader.
 */
@Tag("unit")
class WholenessTest {
  private static final int EVENTS = 3_000;

  @TempDir Path folder;

  private enum State {
    CLOSED,
    KILLED
  }

  private enum Harm {
    DELETED(false),
    EMPTIED(false),
    CUT(true),
    CHANGED(true);

    private final boolean atRandom;

    Harm(boolean atRandom) {
      this.atRandom = atRandom;
    }
  }

  @Test
  void noHarmToAnyFileIsCalledSound() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("rounds", 3);
    System.out.println("WholenessTest -Dseed=" + seed);
    var random = new Random(seed);
    Map<String, Integer> told = new TreeMap<>();
    for (State state : State.values()) {
      Path sound = folder.resolve("sound-" + state);
      written(sound, state);
      for (Path file : data(sound)) {
        for (Harm harm : Harm.values()) {
          for (int round = 0; round < (harm.atRandom ? rounds : 1); round++) {
            harm(sound, file, harm, random, told);
          }
        }
      }
    }
    System.out.println("WholenessTest " + told);
    assertTrue(told.getOrDefault("damaged", 0) > 20, told.toString());
  }

  private void harm(Path sound, Path file, Harm harm, Random random, Map<String, Integer> told)
      throws IOException {
    Path journal = Files.createDirectories(folder.resolve("harmed").resolve("journal"));
    copy(sound, journal);
    Path victim = journal.resolve(file.getFileName());
    byte[] bytes = Files.readAllBytes(victim);
    String what = harm + " " + sound.getFileName() + "/" + file.getFileName();
    switch (harm) {
      case DELETED -> Files.delete(victim);
      case EMPTIED -> Files.write(victim, new byte[0]);
      case CUT -> {
        int left = bytes.length < 2 ? 0 : random.nextInt(bytes.length);
        Files.write(victim, Arrays.copyOf(bytes, left));
        what += " to " + left + " of " + bytes.length;
      }
      case CHANGED -> {
        if (bytes.length > 0) {
          int at = random.nextInt(bytes.length);
          bytes[at] ^= (byte) (1 + random.nextInt(255));
          Files.write(victim, bytes);
          what += " at " + at + " of " + bytes.length;
        }
      }
    }
    boolean reader = tells(() -> readable(journal), what, told);
    boolean node =
        tells(
            () -> {
              try (var store = new Store(settings(journal))) {
                return new Reads(store, 2 * EVENTS).inOrder(1, 2 * EVENTS).size();
              }
            },
            what,
            told);
    if (harm == Harm.DELETED
        && !file.toString().matches(".*(LOG|LOG\\.old.*|IDENTITY|OPTIONS-.*)")
        && Files.size(file) > 0) {
      assertTrue(reader && node, what + " is told to nobody");
    }
    delete(folder.resolve("harmed"));
  }

  private interface Use {
    long events();
  }

  /** Whether it was told. Otherwise all is there. */
  private static boolean tells(Use use, String what, Map<String, Integer> told) {
    try {
      assertEquals(EVENTS, use.events(), what);
      told.merge("whole", 1, Integer::sum);
      return false;
    } catch (JournalUnavailable e) {
      assertTrue(
          String.valueOf(e.getMessage()).matches("(?s).*(is damaged|is gone|cannot be).*"),
          e.getMessage());
      told.merge("damaged", 1, Integer::sum);
      return true;
    }
  }

  private long readable(Path journal) {
    long events = 0;
    try (var rows = RocksRows.in(settings(journal))) {
      for (var each = rows.events(); each.hasNext(); events++) {
        if (each.next() instanceof Rows.Row.Damaged(_, _, String reason)) {
          throw new JournalUnavailable("an event is damaged, which verify tells: " + reason);
        }
      }
    }
    return events;
  }

  @Test
  void aJournalThatIsGoneIsNotBegunAnew() throws Exception {
    Path journal = folder.resolve("node").resolve("journal");
    written(journal, State.CLOSED);
    delete(journal);
    for (boolean empty : new boolean[] {false, true}) {
      if (empty) {
        Files.createDirectories(journal);
      }
      var refusal = assertThrows(JournalUnavailable.class, () -> new Store(settings(journal)));
      assertTrue(String.valueOf(refusal.getMessage()).contains("is gone"), refusal.getMessage());
    }
    Files.delete(journal.resolveSibling("journal.kept"));
    new Store(settings(journal)).close();
  }

  @Test
  void aMissingFilePutBackMakesTheJournalWholeAgain() throws Exception {
    Path sound = folder.resolve("sound");
    written(sound, State.KILLED);
    for (Path file : data(sound)) {
      if (file.toString().matches(".*(\\.log|\\.sst|WITNESS|CURRENT|MANIFEST-\\d+)")) {
        Path journal = folder.resolve("again").resolve("journal");
        copy(sound, journal);
        Files.delete(journal.resolve(file.getFileName()));
        if (Files.size(file) > 0) {
          assertThrows(JournalUnavailable.class, () -> new Store(settings(journal)), file + "");
          Files.copy(file, journal.resolve(file.getFileName()));
        }
        try (var store = new Store(settings(journal))) {
          assertEquals(EVENTS, new Reads(store, 2 * EVENTS).inOrder(1, 2 * EVENTS).size());
        }
        delete(folder.resolve("again"));
      }
    }
  }

  @Test
  void aRescueMakesDoWithWhatIsLeft() throws Exception {
    Path journal = folder.resolve("rescued").resolve("journal");
    written(journal, State.KILLED);
    for (Path file : data(journal)) {
      if (file.toString().endsWith(".log")) {
        Files.delete(file);
      }
    }
    assertThrows(JournalUnavailable.class, () -> new Store(settings(journal)));
    var rescue =
        JournalSettings.of(
            ConfigFactory.parseMap(Map.of("wal-recovery", "point-in-time"))
                .withFallback(TestNode.config(journal).getConfig("dynode.journal")));
    new Store(rescue).close();
    new Store(settings(journal)).close();
  }

  @Test
  void aJournalOfAnEarlierVersionGetsItsWitness() throws Exception {
    Path journal = folder.resolve("earlier").resolve("journal");
    written(journal, State.CLOSED);
    try (var store = new Store(settings(journal))) {
      store.use(
          s -> {
            s.db.delete(s.facts, new byte[] {'w'});
            return true;
          });
    }
    Files.delete(journal.resolve("WITNESS"));
    new Store(settings(journal)).close();
    Files.delete(journal.resolve("WITNESS"));
    assertThrows(JournalUnavailable.class, () -> new Store(settings(journal)));
  }

  /** Some events in sorted files, some in two logs. */
  private void written(Path journal, State state) throws Exception {
    Path origin = state == State.CLOSED ? journal : folder.resolve("open").resolve("journal");
    try (var store = new Store(settings(origin));
        var commits = new GroupCommit(store, settings(origin))) {
      for (int i = 1; i <= EVENTS; i++) {
        String id = "id-" + i % 7;
        var written = commits.append(id, (i + 6) / 7, List.of(value(i)));
        if (i % 50 == 0) {
          assertEquals(Optional.empty(), written.join());
        }
        if (i == EVENTS / 3 || i == EVENTS / 2) {
          written.join();
          boolean all = i == EVENTS / 3;
          store.use(
              s -> {
                try (var wait = new FlushOptions()) {
                  s.db.flush(
                      wait, all ? List.of(s.facts, s.events, s.order, s.ids) : List.of(s.order));
                }
                return true;
              });
        }
      }
      commits.change(_ -> {}).join();
      if (state == State.KILLED) {
        copy(origin, journal);
      }
    }
    if (state == State.KILLED) {
      delete(folder.resolve("open"));
    }
  }

  private static byte[] value(int number) {
    return new StoredEvent(
            "",
            0,
            0,
            0,
            "writer",
            "",
            Set.of(),
            new Packed(1, "m", ("event " + number).getBytes(StandardCharsets.UTF_8)),
            Optional.empty())
        .value();
  }

  private static List<Path> data(Path journal) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var all = Files.list(journal)) {
      all.filter(Files::isRegularFile).filter(file -> !file.endsWith("LOCK")).forEach(files::add);
    }
    return files;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path file : data(from)) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  private JournalSettings settings(Path journal) {
    return JournalSettings.of(TestNode.config(journal).getConfig("dynode.journal"));
  }
}
