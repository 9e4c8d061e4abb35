package dev.dynode.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import dev.dynode.port.LogStore.Origin;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class FileLogStoreTest {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");
  final AppId app = new AppId(UUID.randomUUID());
  private final Path folder;
  private FileLogStore store;

  static LogStoreSettings settings() {
    return LogStoreSettings.of(ConfigFactory.load());
  }

  private static LogStoreSettings small(int kept, int queue) {
    return new LogStoreSettings(kept, Duration.ofDays(7), 10_000, queue, 2);
  }

  private FileLogStore open(LogStoreSettings settings) {
    return new FileLogStore(folder, settings, () -> NOON);
  }

  FileLogStoreTest(@TempDir Path folder) {
    this.folder = folder;
    this.store = new FileLogStore(folder, settings(), () -> NOON);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  static LogLine line(String process, String text) {
    return new LogLine(NOON, "app", process, text);
  }

  private static List<String> texts(List<LogLine> lines) {
    return lines.stream().map(LogLine::text).toList();
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  @Test
  void keepsAnyTextAndTheMicroseconds() {
    var everything = new StringBuilder();
    for (int c = 0; c < 0x3000; c++) {
      everything.append((char) c);
    }
    everything.append("\uD83D\uDE80 \\n \\ \\\\t");
    var written =
        List.of(
            new LogLine(NOON, "app", "web.1", everything.toString()),
            new LogLine(NOON.plusNanos(1000), "heroku", "", ""),
            new LogLine(NOON.plusNanos(2000), "he\tro\\ku", "a\tb\nc", "\t"));
    var roomy = new LogStoreSettings(1500, Duration.ofDays(7), 100_000, 10, 10);
    store.close();
    store = open(roomy);
    written.forEach(line -> store.append(app, line));
    assertEquals(written, store.last(app, 10, LogFilter.ALL));
    store.close();
    store = open(roomy);
    assertEquals(written, store.last(app, 10, LogFilter.ALL));
  }

  @Test
  void knowsHowFarTheOutputOfALaunchHasCome() {
    var dyno = new DynoId(UUID.randomUUID());
    assertEquals(0, store.stored(app, dyno, 1));
    store.append(app, line("run.1", "mail@example.com"), new Origin(dyno, 1, 17), () -> {});
    store.append(
        app, line("run.1", "x".repeat(25_000)), new Origin(dyno, 1, 25_018), () -> {}); // is split
    store.append(
        app,
        line("run.2", "other"),
        new Origin(new DynoId(UUID.randomUUID()), 1, 90_000),
        () -> {});
    store.append(app, line("run.1", "again"), new Origin(dyno, 2, 6), () -> {});
    store.close();
    store = open(settings());
    assertEquals(25_018, store.stored(app, dyno, 1));
    assertEquals(6, store.stored(app, dyno, 2));
    assertEquals("mail@example.com", store.last(app, 10, LogFilter.ALL).getFirst().text());
  }

  @Test
  void anUnknownAppHasNoLinesAndGetsNoFolder() throws Exception {
    assertEquals(List.of(), store.last(app, 10, LogFilter.ALL));
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void rotationKeepsTheNewest1500AndAtMostTwiceThat() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      store.append(app, line("web.1", Integer.toString(i)));
      if (i % 487 == 0 || i % 1500 < 2) {
        var kept = texts(store.last(app, Integer.MAX_VALUE, LogFilter.ALL));
        assertTrue(kept.size() >= Math.min(1500, i + 1), () -> "only " + kept.size());
        assertTrue(kept.size() <= 3000, () -> "as many as " + kept.size());
        assertEquals(numbers(i + 1 - kept.size(), i + 1), kept);
      }
    }
    assertEquals(numbers(8_500, 10_000), texts(store.last(app, 1500, LogFilter.ALL)));
    store.close();
    store = open(settings());
    store.append(app, line("web.1", "10000"));
    assertEquals(numbers(8_501, 10_001), texts(store.last(app, 1500, LogFilter.ALL)));
  }

  @Test
  void filtersBeforeItCounts() {
    for (String process : List.of("run.12", "runner.1", "run", "web.1", "run.7.x")) {
      store.append(app, line(process, process));
    }
    store.append(app, new LogLine(NOON, "heroku", "run.12", "platform"));
    assertEquals(
        List.of("run.12", "run", "run.7.x", "platform"),
        texts(store.last(app, 10, new LogFilter(null, "run"))));
    assertEquals(
        List.of("run.12", "platform"), texts(store.last(app, 10, new LogFilter(null, "run.12"))));
    assertEquals(List.of("platform"), texts(store.last(app, 10, new LogFilter("heroku", null))));
    assertEquals(List.of("run.7.x"), texts(store.last(app, 1, new LogFilter("app", "run"))));
    assertEquals(List.of(), store.last(app, 0, LogFilter.ALL));
  }

  @Test
  void splitsLongLinesBetweenCharacters() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("FileLogStoreTest -Dseed=" + seed);
    var random = new Random(seed);
    var text = new StringBuilder();
    int[] characters = {'a', 'é', '€', 0x1F680};
    for (int i = 0; i < 40_000; i++) {
      text.appendCodePoint(characters[random.nextInt(characters.length)]);
    }
    store.append(app, line("web.1", text.toString()));
    var parts = texts(store.last(app, 100, LogFilter.ALL));
    assertEquals(text.toString(), String.join("", parts));
    for (String part : parts.subList(0, parts.size() - 1)) {
      int bytes = part.getBytes(StandardCharsets.UTF_8).length;
      assertTrue(bytes <= 10_000 && bytes > 9_996, () -> bytes + " bytes");
      assertFalse(Character.isHighSurrogate(part.charAt(part.length() - 1)));
    }
  }

  /** As an earlier build has written it. */
  @Test
  void aCarriageReturnOnDiskIsNoneInTheLine() throws Exception {
    store.append(app, line("web.1", "x"));
    store.close();
    Path file = folder.resolve(app.toString()).resolve("current.log");
    Files.writeString(file, Files.readString(file).replace("\tx\n", "\tx\\ry\\nz\n"));
    store = open(settings());
    assertEquals(List.of("x^My^Jz"), texts(store.last(app, 10, LogFilter.ALL)));
  }

  @Test
  void aLineOfExactlyTheLimitIsWhole() {
    store.append(app, line("web.1", "x".repeat(10_000)));
    store.append(app, line("web.1", "y".repeat(10_001)));
    assertEquals(
        List.of(10_000, 10_000, 1),
        texts(store.last(app, 100, LogFilter.ALL)).stream().map(String::length).toList());
  }

  @Test
  void timesNeverGoBackwardsAlsoAfterReopening() {
    store.append(app, new LogLine(NOON, "app", "web.1", "first"));
    store.append(app, new LogLine(NOON.minusSeconds(9), "app", "web.2", "second"));
    store.close();
    store = open(settings());
    store.append(app, new LogLine(NOON.minusSeconds(5), "app", "web.2", "third"));
    assertEquals(
        List.of(NOON, NOON, NOON),
        store.last(app, 10, LogFilter.ALL).stream().map(LogLine::at).toList());
  }

  @Test
  void linesOlderThanAWeekAreNotShown() {
    store.append(app, new LogLine(NOON.minus(Duration.ofDays(8)), "app", "web.1", "old"));
    store.append(app, new LogLine(NOON.minus(Duration.ofDays(6)), "app", "web.1", "new"));
    assertEquals(List.of("new"), texts(store.last(app, 10, LogFilter.ALL)));
  }

  @Test
  void aTornLastLineIsSkippedAndWrittenOver() throws Exception {
    store.append(app, line("web.1", "whole"));
    store.close();
    Path file = folder.resolve(app.toString()).resolve("current.log");
    Files.writeString(file, "1772366400123456\tapp\tweb.1\tto", StandardOpenOption.APPEND);
    store = open(settings());
    assertEquals(List.of("whole"), texts(store.last(app, 10, LogFilter.ALL)));
    store.append(app, line("web.1", "next"));
    assertEquals(List.of("whole", "next"), texts(store.last(app, 10, LogFilter.ALL)));
    assertFalse(Files.readString(file).contains("\tto"));
  }

  @Test
  void damagedLinesAreSkipped() throws Exception {
    store.append(app, line("web.1", "a"));
    store.close();
    Path file = folder.resolve(app.toString()).resolve("current.log");
    Files.write(
        file, new byte[] {0, 0, 0, '\n', 'x', '\t', '\t', '\t', '\n'}, StandardOpenOption.APPEND);
    store = open(settings());
    store.append(app, line("web.1", "b"));
    assertEquals(List.of("a", "b"), texts(store.last(app, 10, LogFilter.ALL)));
  }

  @Test
  void aFollowerGetsBacklogAndAllLaterLinesOnceWhileManyAppend() throws Exception {
    store.close();
    store = open(small(1500, 1_000_000));
    int writers = 4;
    int each = 20_000;
    var start = new CountDownLatch(1);
    var threads = new ArrayList<Thread>();
    for (int w = 0; w < writers; w++) {
      String process = "web." + w;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      start.await();
                    } catch (InterruptedException e) {
                      return;
                    }
                    for (int i = 0; i < each; i++) {
                      store.append(app, line(process, Integer.toString(i)));
                    }
                  }));
    }
    start.countDown();
    var follower = new ArrayList<LinkedBlockingQueue<LogLine>>();
    for (int f = 0; f < 8; f++) {
      var got = new LinkedBlockingQueue<LogLine>();
      follower.add(got);
      store.follow(app, 100, LogFilter.ALL, got::add);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    store.append(app, line("end", "end"));
    for (var got : follower) {
      int[] next = {-1, -1, -1, -1};
      int count = 0;
      while (true) {
        LogLine line = got.poll(20, TimeUnit.SECONDS);
        assertTrue(line != null, "the follower waits for ever");
        if (line.process().equals("end")) {
          break;
        }
        count++;
        int writer = line.process().charAt(4) - '0';
        int number = Integer.parseInt(line.text());
        assertTrue(next[writer] == -1 || next[writer] == number, () -> "gap or double at " + line);
        next[writer] = number + 1;
      }
      assertTrue(count > 0);
      for (int writer = 0; writer < writers; writer++) {
        assertTrue(next[writer] == -1 || next[writer] == each, "lines are missing at the end");
      }
    }
  }

  @Test
  void aSlowFollowerLosesTheOldestIsToldAndHoldsUpNobody() throws Exception {
    store.close();
    store = open(small(1500, 10));
    var slow = new HeldFollower(10);
    store.follow(app, 0, new LogFilter("app", null), slow);
    store.append(app, line("web.1", "held"));
    slow.awaitStuck();
    for (int i = 0; i < 1111; i++) {
      store.append(app, line("web.1", Integer.toString(i)));
    }
    slow.letGo();
    var received = new ArrayList<LogLine>();
    while (received.size() < 12) {
      received.add(slow.next());
    }
    assertEquals("held", received.get(0).text());
    assertEquals(
        new LogLine(
            NOON,
            "heroku",
            "logplex",
            "Error L11 (Tail buffer overflow) -> This tail session dropped 1101 messages since"
                + " 2026-03-01T12:00:00+00:00."),
        received.get(1));
    assertEquals(numbers(1101, 1111), texts(received.subList(2, 12)));
  }

  @Test
  void aFollowerThatThrowsOrClosesGetsNoMore() throws Exception {
    var got = new LinkedBlockingQueue<String>();
    store.follow(
        app,
        0,
        LogFilter.ALL,
        line -> {
          got.add("thrower " + line.text());
          throw new IllegalStateException("follower fails on purpose");
        });
    var closing = store.follow(app, 0, LogFilter.ALL, line -> got.add("closer " + line.text()));
    closing.close();
    closing.close();
    store.append(app, line("web.1", "1"));
    assertEquals("thrower 1", got.poll(10, TimeUnit.SECONDS));
    store.append(app, line("web.1", "2"));
    var last = new LinkedBlockingQueue<String>();
    store.follow(app, 0, LogFilter.ALL, line -> last.add(line.text()));
    store.append(app, line("web.1", "3"));
    assertEquals("3", last.poll(10, TimeUnit.SECONDS));
    assertEquals(List.of(), List.copyOf(got));
  }

  @Test
  void aRemovedLogIsGone() throws Exception {
    store.append(app, line("web.1", "x"));
    store.remove(app);
    assertEquals(List.of(), store.last(app, 10, LogFilter.ALL));
    assertFalse(Files.exists(folder.resolve(app.toString())));
    store.append(app, line("web.1", "y"));
    assertEquals(List.of("y"), texts(store.last(app, 10, LogFilter.ALL)));
  }

  @Test
  void moreAppsThanOpenFilesKeepTheirLines() {
    store.close();
    store = open(small(5, 10));
    var apps = IntStream.range(0, 20).mapToObj(i -> new AppId(UUID.randomUUID())).toList();
    for (int i = 0; i < 8; i++) {
      for (AppId each : apps) {
        store.append(each, line("web.1", Integer.toString(i)));
      }
    }
    for (AppId each : apps) {
      assertEquals(numbers(0, 8), texts(store.last(each, 10, LogFilter.ALL)));
    }
  }

  @Test
  void whatCannotBeWrittenIsCountedAndToldAndFollowersStillGetIt() throws Exception {
    Path obstacle = folder.resolve(app.toString());
    Files.writeString(obstacle, "a file where the folder should be");
    var got = new LinkedBlockingQueue<String>();
    store.follow(app, 0, LogFilter.ALL, line -> got.add(line.text()));
    store.append(app, line("web.1", "lost 1"));
    store.append(app, line("web.1", "lost 2"));
    assertEquals(2, store.lost());
    assertEquals("lost 1", got.poll(10, TimeUnit.SECONDS));
    assertEquals("lost 2", got.poll(10, TimeUnit.SECONDS));
    Files.delete(obstacle);
    store.append(app, line("web.1", "kept"));
    assertEquals(
        List.of("Error L13: 2 messages lost since 2026-03-01T12:00:00+00:00.", "kept"),
        texts(store.last(app, 10, LogFilter.ALL)));
  }
}
