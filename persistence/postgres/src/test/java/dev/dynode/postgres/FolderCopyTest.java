package dev.dynode.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Packed;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import dev.dynode.port.LogStore.LogFilter;
import dev.dynode.port.LogStore.Origin;
import dev.dynode.read.EndedDynos;
import dev.dynode.replay.HistoryExport;
import dev.dynode.replay.InventedHistory;
import dev.dynode.replay.Offline;
import dev.dynode.replay.Verification;
import dev.dynode.serialization.EventSerialization;
import dev.dynode.store.FileLogStore;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.LogStoreSettings;
import dev.dynode.store.SlugSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything of a data folder comes into a database as it was, or nothing does. */
@Tag("cluster")
class FolderCopyTest {
  private static final List<String> SHARED = List.of("attach.key", "tls/ca.pem", "missing");
  private static final AppId APP = new AppId(new UUID(1, 2));
  private static final DynoId DYNO = new DynoId(new UUID(3, 4));

  private final Config config = Server.config();
  private final Postgres postgres = Server.migrated(config);
  private final Offline offline = new Offline();
  private final Path folder;
  private final long seed = Long.getLong("seed", System.nanoTime());

  FolderCopyTest(@TempDir Path folder) throws IOException {
    this.folder = Files.createDirectories(folder.resolve("data"));
    Files.createDirectories(this.folder.resolve("journal"));
  }

  @AfterEach
  void close() {
    postgres.close();
  }

  private FolderCopy.Copied copy() throws IOException {
    try (Rows journal = Rows.in(offline.journal(folder))) {
      return FolderCopy.into(
          postgres,
          new FolderCopy.Source(journal, folder.resolve("logs"), slugs(), folder, SHARED),
          _ -> {});
    }
  }

  private FileSlugStore slugs() throws IOException {
    return new FileSlugStore(folder.resolve("slugs"), SlugSettings.of(config));
  }

  private long number(String query) throws SQLException {
    try (Connection connection = postgres.connection();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      found.next();
      return found.getLong(1);
    }
  }

  private long invent(int dynos) {
    try (Intake intake = Intake.open(offline.journal(folder))) {
      return InventedHistory.write(intake, offline.codec(), "one", dynos, seed)
          + InventedHistory.write(intake, offline.codec(), "two", 3, seed + 1);
    }
  }

  private void add(StoredEvent... events) {
    try (Intake intake = Intake.open(offline.journal(folder))) {
      Stream.of(events).forEach(intake::add);
      intake.settle();
    }
  }

  private static StoredEvent event(String id, long sequence, Set<String> tags, byte[] bytes) {
    return new StoredEvent(
        id,
        sequence,
        0,
        1_700_000_000_123L + sequence,
        "writer-" + sequence,
        "adapted",
        tags,
        new Packed(17, "Some\tthing\\N", bytes),
        Optional.of(new Packed(4, "", new byte[] {0, -1})));
  }

  /** All that a row says, to be compared. */
  private static List<Object> told(Row row) {
    return switch (row) {
      case Row.Event(StoredEvent e) ->
          List.of(
              e.persistenceId(),
              e.sequenceNr(),
              e.offset(),
              e.timestamp(),
              e.writer(),
              e.manifest(),
              told(e.event()),
              e.metadata().map(FolderCopyTest::told));
      case Row.State(var s) ->
          List.of(
              s.persistenceId(),
              s.sequenceNr(),
              s.timestamp(),
              told(s.state()),
              s.metadata().map(FolderCopyTest::told));
      case Row other -> List.of(other);
    };
  }

  private static List<Object> told(Packed packed) {
    return List.of(
        packed.serializer(), packed.manifest(), HexFormat.of().formatHex(packed.bytes()));
  }

  private static void same(Iterator<Row> expected, Iterator<Row> actual) {
    while (expected.hasNext()) {
      assertEquals(told(expected.next()), told(actual.next()));
    }
    assertTrue(!actual.hasNext());
  }

  @Test
  void everyRowAndEveryLineOfAnExportIsTheSame() throws Exception {
    System.out.println("FolderCopyTest -Dseed=" + seed);
    byte[] random = new byte[200_000];
    new Random(seed).nextBytes(random);
    long events = invent(120);
    add(
        event("Ünï|codé", 1, Set.of("first", "second"), random),
        event("Ünï|codé", 2, Set.of(), new byte[0]),
        event("a", 1, Set.of("first"), new byte[] {1}));
    FolderCopy.Copied copied = copy();
    assertEquals(events + 3, copied.events());
    try (Rows expected = Rows.in(offline.journal(folder));
        Rows actual = PostgresRows.of(postgres)) {
      assertEquals(expected.lastOffset(), actual.lastOffset());
      List<Row> ids = new ArrayList<>();
      expected.ids().forEachRemaining(ids::add);
      assertEquals(ids.size(), copied.histories());
      same(ids.iterator(), actual.ids());
      for (Row row : ids) {
        String id = ((Row.Highest) row).id();
        same(expected.events(id), actual.events(id));
      }
      same(expected.places(1), actual.places(1));
      same(expected.snapshots(), actual.snapshots());
    }
    assertEquals(3, number("SELECT count(*) FROM event_tag"));
    assertEquals(
        2,
        number(
            "SELECT count(*) FROM event_tag JOIN event_journal ON ordering = event_id"
                + " WHERE tag = 'first' AND sequence_number = 1"));
    assertEquals(
        number("SELECT max(ordering) + 1 FROM event_journal"),
        number("SELECT nextval(pg_get_serial_sequence('event_journal', 'ordering'))"));
  }

  @Test
  void dynosThatHaveEndedAreTheSame() throws Exception {
    invent(60);
    copy();
    try (Rows before = Rows.in(offline.journal(folder));
        Rows after = PostgresRows.of(postgres)) {
      var expected = new EndedDynos(before, offline.codec());
      var actual = new EndedDynos(after, offline.codec());
      for (Iterator<Row> ids = before.ids(); ids.hasNext(); ) {
        if (ids.next() instanceof Row.Highest(String id, _) && id.startsWith("App|")) {
          AppId app = AppId.of(id.substring(id.indexOf('|') + 1));
          List<DynoView> ended = expected.latest(app, 30);
          assertEquals(ended, actual.latest(app, 30));
          for (DynoView dyno : ended) {
            assertEquals(Optional.of(dyno), actual.dyno(app, dyno.id()));
          }
        }
      }
    }
  }

  @Test
  void anExportIsTheSameToTheByteAndNothingDiverges() throws Exception {
    long events = invent(60);
    copy();
    try (Rows before = Rows.in(offline.journal(folder));
        Rows after = PostgresRows.of(postgres);
        var expected = HistoryExport.ofAll(before, "everything", _ -> true, true);
        var actual = HistoryExport.ofAll(after, "everything", _ -> true, true)) {
      List<String> lines = expected.toList();
      assertEquals(events + 2, lines.size());
      assertEquals(lines, actual.toList());
    }
    try (Rows after = PostgresRows.of(postgres)) {
      var found = new ArrayList<String>();
      new Verification(after, offline.codec(), each -> found.add(each.toString()), _ -> {}).run();
      assertEquals(List.of(), found);
    }
  }

  private static byte[] archive(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      var entry = new TarArchiveEntry("./app/data");
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  @Test
  void linesSlugsAndFilesAreThereAfterwards() throws Exception {
    var settings = LogStoreSettings.of(config);
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    List<LogLine> lines = new ArrayList<>();
    try (var logs = new FileLogStore(folder.resolve("logs"), settings)) {
      for (int i = 0; i < 2_000; i++) { // more than a segment
        var line = new LogLine(now.plusNanos(i * 1_000L), "app", "run.1", "ü \\ \t\n\u0000" + i);
        lines.add(line);
        if (i % 3 == 0) {
          logs.append(APP, line);
        } else {
          logs.append(APP, line, new Origin(DYNO, i % 2, i), () -> {});
        }
      }
      logs.append(new AppId(new UUID(5, 6)), lines.getFirst());
    }
    byte[] content = new byte[3_000_000];
    new Random(seed).nextBytes(content);
    byte[] packed = archive(content);
    var slug = new SlugId(UUID.randomUUID());
    var stored = slugs().put(slug, new ByteArrayInputStream(packed), null);
    assertEquals(stored, slugs().stored(slug));
    Files.write(folder.resolve("attach.key"), new byte[] {1, 2, 3});
    Files.createDirectories(folder.resolve("tls"));
    Files.writeString(folder.resolve("tls/ca.pem"), "authority");

    add(event("a", 1, Set.of(), new byte[1]));
    assertEquals(new FolderCopy.Copied(1, 1, 2_001, 1), copy());
    try (var logs = new PostgresLogStore(postgres, settings, Clock.systemUTC())) {
      assertEquals(lines, logs.last(APP, 5_000, LogFilter.ALL));
      assertEquals(1_999, logs.stored(APP, DYNO, 1));
      assertEquals(1_996, logs.stored(APP, DYNO, 0));
      assertEquals(1, logs.last(new AppId(new UUID(5, 6)), 10, LogFilter.ALL).size());
    }
    var elsewhere =
        new PostgresSlugStore(
            postgres, new FileSlugStore(folder.resolve("other"), SlugSettings.of(config)));
    assertArrayEquals(packed, Files.readAllBytes(elsewhere.archive(slug)));
    Path next = folder.resolve("next");
    SharedFiles.share(postgres, next, List.of("attach.key", "tls/ca.pem"), () -> true);
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(next.resolve("attach.key")));
    assertEquals("authority", Files.readString(next.resolve("tls/ca.pem")));
  }

  @Test
  void whatCannotBeTakenLeavesNothing() throws Exception {
    invent(5);
    add(event("x".repeat(300), 1, Set.of(), new byte[1])); // longer than the column
    IOException refused = assertThrows(IOException.class, this::copy);
    assertTrue(String.valueOf(refused.getMessage()).startsWith("The database does not take it: "));
    assertEquals(0, number("SELECT count(*) FROM event_journal"));
  }

  @Test
  void aDatabaseThatIsNotEmptyIsLeftAlone() throws Exception {
    invent(5);
    copy();
    long before = number("SELECT count(*) FROM event_journal");
    IOException refused = assertThrows(IOException.class, this::copy);
    assertTrue(
        String.valueOf(refused.getMessage())
            .startsWith("The database is not empty (table event_journal): "),
        refused::toString);
    assertEquals(before, number("SELECT count(*) FROM event_journal"));
  }

  /** Keeps the names it was told, with a snapshot after each second. */
  private static final class Names
      extends EventSourcedBehavior<Names.Tell, DirectoryEvent, String> {
    private int replayed;

    private record Tell(String name, ActorRef<String> replyTo) {}

    private Names() {
      super(PersistenceId.ofUniqueId("Names|kept"));
    }

    static Behavior<Tell> create() {
      return Behaviors.setup(_ -> new Names());
    }

    @Override
    public String emptyState() {
      return "";
    }

    @Override
    public boolean shouldSnapshot(String state, DirectoryEvent event, long sequence) {
      return sequence % 2 == 0;
    }

    @Override
    public CommandHandler<Tell, DirectoryEvent, String> commandHandler() {
      return (_, tell) ->
          Effect()
              .persist(
                  (DirectoryEvent)
                      new DirectoryEvent.NameClaimed(Instant.EPOCH, "me", tell.name(), APP))
              .thenRun((String state) -> tell.replyTo().tell(replayed + ":" + state));
    }

    @Override
    public EventHandler<String, DirectoryEvent> eventHandler() {
      return (state, event) -> {
        replayed++;
        return state + ((DirectoryEvent.NameClaimed) event).name() + ",";
      };
    }
  }

  private static String tell(Config config, String... names) throws Exception {
    ActorSystem<Names.Tell> system = ActorSystem.create(Names.create(), "names", config);
    String last = "";
    for (String name : names) {
      last =
          AskPattern.<Names.Tell, String>ask(
                  system,
                  replyTo -> new Names.Tell(name, replyTo),
                  Duration.ofSeconds(20),
                  system.scheduler())
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
    }
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    return last;
  }

  @Test
  void actorsGoOnFromTheirSnapshots() throws Exception {
    Config events = EventSerialization.ofEvents();
    Config alone =
        ConfigFactory.parseMap(
                Map.of(
                    "pekko.persistence.journal.plugin",
                    "dynode.journal",
                    "pekko.persistence.snapshot-store.plugin",
                    "dynode.snapshot-store",
                    "pekko.loglevel",
                    "WARNING"))
            .withFallback(offline.journal(folder).atPath("dynode.journal"))
            .withFallback(events)
            .withFallback(ConfigFactory.load());
    assertEquals("3:a,b,c,", tell(alone, "a", "b", "c"));
    copy();
    assertNotEquals(0, number("SELECT count(*) FROM snapshot"));
    try (Rows expected = Rows.in(offline.journal(folder));
        Rows actual = PostgresRows.of(postgres)) {
      same(expected.snapshots(), actual.snapshots());
    }
    Config clustered = events.withFallback(config).withFallback(ConfigFactory.load());
    assertEquals("2:a,b,c,d,", tell(clustered, "d")); // c was replayed
    try (Rows actual = PostgresRows.of(postgres)) {
      assertEquals(4, actual.highest("Names|kept"));
      assertEquals(4, actual.lastOffset());
    }
  }
}
