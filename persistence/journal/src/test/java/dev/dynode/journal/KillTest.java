package dev.dynode.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.read.EventHistory;
import dev.dynode.read.EventRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged survives kill -9 at any instant, and nothing has gaps. */
@Tag("process")
class KillTest {
  private static final int WRITERS = 40;
  private static final int ROUNDS = Integer.getInteger("rounds", 3);

  @TempDir Path folder;

  @Test
  void keepsEveryAcknowledgedEvent() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("KillTest -Dseed=" + seed);
    var random = new Random(seed);
    Map<String, Long> acknowledged = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      // Counted from the first acknowledgement on, so that the start of a JVM does not matter.
      writeUntilKilled(random.nextInt(1, 400), true, "16 MiB", acknowledged);
    }
    try (var node = TestNode.open(folder.resolve("journal"))) {
      assertNoGaps(all(node), acknowledged);
    }
    try (var files = Files.list(folder.resolve("tmp"))) {
      assertEquals(List.of(), files.filter(f -> f.toString().contains("rocksdb")).toList());
    }
  }

  /** Also amid its first opening and each later one, and while logs and sorted files change. */
  @Test
  void noKillMakesAJournalThatIsTakenForADamagedOne() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("KillTest -Dseed=" + seed);
    var random = new Random(seed);
    Map<String, Long> acknowledged = new HashMap<>();
    for (int round = 1; round <= 2 * ROUNDS; round++) {
      boolean writing = round % 2 == 0;
      writeUntilKilled(random.nextInt(1, 1_000), writing, "128 KiB", acknowledged);
      String errors = Files.readString(folder.resolve("errors"));
      assertFalse(errors.contains("JournalUnavailable"), "after round " + round + "\n" + errors);
    }
    try (var node = TestNode.open(folder.resolve("journal"))) {
      assertNoGaps(all(node), acknowledged);
    }
  }

  /**
   * @param writing whether the time begins with the first acknowledgement, not with the opening
   */
  private void writeUntilKilled(
      int millis, boolean writing, String buffer, Map<String, Long> acknowledged) throws Exception {
    Process child = start(buffer);
    try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("opening", lines.readLine());
      if (writing) {
        read(lines.readLine(), acknowledged);
      }
      var killer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      child.waitFor(millis, TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    child
                        .toHandle()
                        .destroyForcibly(); // Process would close what is still to be read
                  });
      lines.lines().forEach(line -> read(line, acknowledged));
      killer.join();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  private Process start(String buffer) throws IOException {
    Path temp = Files.createDirectories(folder.resolve("tmp"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + temp,
            "-cp",
            System.getProperty("java.class.path"),
            KilledWriter.class.getName(),
            folder.resolve("journal").toString(),
            Integer.toString(WRITERS),
            buffer)
        .redirectError(folder.resolve("errors").toFile())
        .start();
  }

  /** A line cut off by the kill says less than was acknowledged, or nothing. */
  private static void read(String line, Map<String, Long> acknowledged) {
    if (line.matches("writer-\\d+ \\d+")) {
      int space = line.indexOf(' ');
      acknowledged.merge(
          line.substring(0, space), Long.parseLong(line.substring(space + 1)), Math::max);
    }
  }

  private static List<EventRecord> all(TestNode node) throws Exception {
    return new EventHistory(node.system())
        .all(1)
        .runWith(Sink.seq(), node.system())
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static void assertNoGaps(List<EventRecord> events, Map<String, Long> acknowledged) {
    Map<String, Long> found = new HashMap<>();
    long offset = 0;
    for (EventRecord event : events) {
      assertEquals(++offset, event.offset());
      long expected = found.getOrDefault(event.persistenceId(), 0L) + 1;
      assertEquals(expected, event.sequenceNumber(), event.persistenceId());
      assertEquals(expected, ((Counter.Added) event.event()).number());
      found.put(event.persistenceId(), expected);
    }
    assertTrue(acknowledged.size() > 0);
    acknowledged.forEach((id, number) -> assertTrue(found.getOrDefault(id, 0L) >= number, id));
    System.out.println(
        "KillTest: "
            + events.size()
            + " events, acknowledged "
            + acknowledged.values().stream().mapToLong(n -> n).sum());
  }
}
