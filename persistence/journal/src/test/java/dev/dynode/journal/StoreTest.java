package dev.dynode.journal;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database below the plugin: one writer a folder, one a number, and a damaged log. */
@Tag("unit")
class StoreTest {
  @TempDir Path folder;

  @Test
  void refusesASecondNodeInOneSentence() {
    var settings = settings(Map.of());
    try (var first = new Store(settings)) {
      var refusal = assertThrows(JournalUnavailable.class, () -> new Store(settings));
      assertEquals(
          "another node uses this data folder: " + settings.directory(), refusal.getMessage());
      assertEquals(0, new Reads(first, 10).inOrder(1, 10).size());
    }
    new Store(settings).close();
  }

  @Test
  void refusesASecondWriterOfANumber() throws Exception {
    try (var store = new Store(settings(Map.of()))) {
      for (int remembered : new int[] {0, 100}) {
        var settings = settings(Map.of("remembered-ids", remembered));
        try (var commits = new GroupCommit(store, settings)) {
          String id = "id-" + remembered;
          assertEquals(Optional.empty(), get(commits.append(id, 1, values(3))));
          assertInstanceOf(WriteRefused.class, get(commits.append(id, 3, values(1))).orElseThrow());
          assertEquals(Optional.empty(), get(commits.append(id, 4, values(1))));
          assertEquals(4, commits.storedHighestSequenceNr(id));
        }
      }
      var events = new Reads(store, 3).inOrder(1, 100);
      assertEquals(List.of(1L, 2L, 3L), events.stream().map(StoredEvent::offset).toList());
    }
  }

  @Test
  void refusesWhatTheQueueCannotHold() throws Exception {
    var settings = settings(Map.of("max-waiting-writes", 5));
    try (var store = new Store(settings);
        var commits = new GroupCommit(store, settings)) {
      var writing = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      var slow =
          commits.change(
              _ -> {
                writing.countDown();
                try {
                  go.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertTrue(writing.await(10, TimeUnit.SECONDS));
      var appends =
          IntStream.range(0, 8).mapToObj(i -> commits.append("id-" + i, 1, values(1))).toList();
      for (int i = 5; i < 8; i++) {
        assertInstanceOf(WriteRefused.class, get(appends.get(i)).orElseThrow());
      }
      var settled = commits.settled(task -> Thread.ofVirtual().start(task));
      go.countDown();
      get(slow);
      get(settled);
      for (int i = 0; i < 5; i++) {
        assertEquals(Optional.empty(), get(appends.get(i)));
      }
      assertEquals(5, commits.lastOffset());
    }
  }

  @Test
  void dropsOnlyATornTail() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("StoreTest -Dseed=" + seed);
    Path log = writtenButNotClosed();
    Witness.make(
        requireNonNull(log.getParent()), 99); // as it was while the last one was being written
    try (var file = new RandomAccessFile(log.toFile(), "rw")) {
      file.setLength(file.length() - 1 - new Random(seed).nextInt(20));
    }
    try (var store = new Store(settings(Map.of()))) {
      assertEquals(99, new Reads(store, 1000).inOrder(1, 1000).size());
    }
  }

  @Test
  void refusesALogWithoutTheEndThatWasAcknowledged() throws Exception {
    Path log = writtenButNotClosed();
    try (var file = new RandomAccessFile(log.toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    var refusal = assertThrows(JournalUnavailable.class, () -> new Store(settings(Map.of())));
    assertTrue(
        String.valueOf(refusal.getMessage())
            .contains("is damaged (it ends with event 99, and 100 were written)"),
        refusal.getMessage());
  }

  @Test
  void refusesALogDamagedBeforeItsEndUnlessTold() throws Exception {
    Path log = writtenButNotClosed();
    try (var file = new RandomAccessFile(log.toFile(), "rw")) {
      file.seek(file.length() / 2);
      int there = file.read();
      file.seek(file.length() / 2);
      file.write(there ^ 0xFF);
    }
    var refusal = assertThrows(JournalUnavailable.class, () -> new Store(settings(Map.of())));
    assertTrue(String.valueOf(refusal.getMessage()).contains("is damaged"), refusal.getMessage());
    try (var store = new Store(settings(Map.of("wal-recovery", "point-in-time")))) {
      int left = new Reads(store, 1000).inOrder(1, 1000).size();
      assertTrue(left > 10 && left < 60, left + " events");
    }
  }

  /**
   * A hundred synced batches in the log of a copy taken while the database is open: as after a
   * kill.
   */
  private Path writtenButNotClosed() throws Exception {
    Path origin = folder.resolve("origin");
    var settings = settings(Map.of("directory", origin.toString()));
    Path copy = Files.createDirectories(folder.resolve("journal"));
    try (var store = new Store(settings);
        var commits = new GroupCommit(store, settings)) {
      for (int i = 1; i <= 100; i++) {
        assertEquals(Optional.empty(), get(commits.append("id", i, values(1))));
      }
      List<Path> files = new ArrayList<>();
      try (var all = Files.list(origin)) {
        all.filter(Files::isRegularFile).forEach(files::add);
      }
      for (Path file : files) {
        if (!file.endsWith("LOCK")) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }
    try (var logs = Files.list(copy)) {
      return logs.filter(f -> f.toString().endsWith(".log"))
          .max(Comparator.comparingLong(f -> f.toFile().length()))
          .orElseThrow();
    }
  }

  private static List<byte[]> values(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new StoredEvent(
                        "",
                        0,
                        0,
                        0,
                        "writer",
                        "",
                        Set.of(),
                        new Packed(1, "m", ("event " + i).getBytes(StandardCharsets.UTF_8)),
                        Optional.empty())
                    .value())
        .toList();
  }

  private JournalSettings settings(Map<String, ?> changed) {
    return JournalSettings.of(
        ConfigFactory.parseMap(changed)
            .withFallback(TestNode.config(folder.resolve("journal")).getConfig("dynode.journal")));
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }
}
