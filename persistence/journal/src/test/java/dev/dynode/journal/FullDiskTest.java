package dev.dynode.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** A full disk refuses what would fill it further, at once, and takes what frees it. */
@Timeout(600)
@Tag("process")
class FullDiskTest {
  private static final int STOPS = 2_000;
  private static final int STATES = 50;

  @TempDir Path folder;
  private long written;

  @Test
  void stopsAreJournaledOnAFullDiskWhateverTheJournalWasDoing() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("FullDiskTest -Dseed=" + seed);
    var random = new Random(seed);
    try (var disk = SmallDisk.mount(folder.resolve("disk"), "size=160m")) {
      for (int round = 0; round < 4; round++) {
        written = 0;
        Path journal = disk.folder().resolve("journal-" + round);
        int before = random.nextInt(14_000); // events of 1 kB; sorted files are made at 12 MiB
        try (var store = new Store(settings(journal));
            var commits = new GroupCommit(store, settings(journal))) {
          for (int i = 0; i < before; i++) {
            write(commits, 1_000, false);
          }
          settle(store, commits);
          disk.fill();
          refusedAtOnce(commits, "MiB are left");
          for (int i = 0; i < STATES; i++) {
            noStateIsKept(store, commits);
          }
          for (int i = 0; i < STOPS; i++) {
            written++;
            assertEquals(
                Optional.empty(), get(commits.append("id", written, List.of(value(300)), true)));
          }
          refusedAtOnce(commits, "MiB are left");
          disk.free();
          write(commits, 1_000, false);
          settle(store, commits);
        }
        try (var store = new Store(settings(journal))) {
          assertEquals(written, store.<Long>use(s -> s.number(s.facts, Store.LAST_OFFSET)));
        }
      }
    }
  }

  @Test
  void aDiskWithoutInodesIsFullToo() throws Exception {
    try (var disk = SmallDisk.mount(folder.resolve("disk"), "size=160m,nr_inodes=500")) {
      Path journal = disk.folder().resolve("journal");
      try (var store = new Store(settings(journal));
          var commits = new GroupCommit(store, settings(journal))) {
        write(commits, 1_000, false);
        settle(store, commits);
        disk.fillInodes();
        refusedAtOnce(commits, "0 inodes are left");
        for (int i = 0; i < STOPS; i++) {
          written++;
          assertEquals(
              Optional.empty(), get(commits.append("id", written, List.of(value(300)), true)));
        }
        disk.free();
        write(commits, 1_000, false);
        settle(store, commits);
      }
      try (var store = new Store(settings(journal))) {
        assertEquals(written, store.<Long>use(s -> s.number(s.facts, Store.LAST_OFFSET)));
      }
    }
  }

  private static void noStateIsKept(Store store, GroupCommit commits) {
    byte[] state = new byte[1 << 20];
    CompletableFuture<Void> kept =
        commits.change(
            batch -> batch.put(store.snapshots, Keys.of(Keys.id("id"), 1), state), state.length);
    var refused = assertThrows(ExecutionException.class, () -> get(kept));
    assertInstanceOf(WriteRefused.class, refused.getCause());
  }

  /** Refused once that is noticed, which may take a moment, and then without a wait. */
  private void refusedAtOnce(GroupCommit commits, String why) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    long began = System.nanoTime();
    Optional<Exception> answer = get(commits.append("id", written + 1, List.of(value(10)), false));
    while (answer.isEmpty()) {
      assertTrue(System.nanoTime() < deadline, "it is still taken");
      written++;
      began = System.nanoTime();
      answer = get(commits.append("id", written + 1, List.of(value(10)), false));
    }
    Exception refusal = answer.get();
    assertInstanceOf(WriteRefused.class, refusal);
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains("is full (") && message.contains(why), message);
    assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(2));
  }

  private void write(GroupCommit commits, int bytes, boolean relief) {
    written++;
    last = commits.append("id", written, List.of(value(bytes)), relief);
    if (written % 200 == 0) {
      assertEquals(Optional.empty(), last.join());
    }
  }

  private CompletableFuture<Optional<Exception>> last = new CompletableFuture<>();

  /** Until sorted files are made: a disk that fills in the middle of that stops RocksDB. */
  private void settle(Store store, GroupCommit commits) throws Exception {
    get(commits.change(_ -> {}));
    if (written > 0) {
      assertEquals(Optional.empty(), get(last));
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (store.<Boolean>use(s -> busy(s.db))) {
      assertTrue(System.nanoTime() < deadline, "sorted files are made without end");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static boolean busy(RocksDB db) throws RocksDBException {
    for (String kind :
        List.of("num-running-flushes", "mem-table-flush-pending", "num-running-compactions")) {
      if (db.getAggregatedLongProperty("rocksdb." + kind) > 0) {
        return true;
      }
    }
    return false;
  }

  private static byte[] value(int bytes) {
    return new StoredEvent(
            "",
            0,
            0,
            0,
            "writer",
            "",
            Set.of(),
            new Packed(1, "m", new byte[bytes]),
            Optional.empty())
        .value();
  }

  private JournalSettings settings(Path journal) {
    return JournalSettings.of(
        ConfigFactory.parseMap(Map.of("directory", journal.toString()))
            .withFallback(TestNode.config(folder).getConfig("dynode.journal")));
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }
}
