package dev.dynode.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import dev.dynode.port.LogStore.Origin;
import dev.dynode.store.HeldFollower;
import dev.dynode.store.LogStoreSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
class PostgresLogStoreTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

  private final AppId app = new AppId(UUID.randomUUID());
  private final DynoId dyno = new DynoId(UUID.randomUUID());
  private final Config config = Server.config();
  private final Postgres postgres = Server.migrated(config);
  private final PostgresLogStore here = open(10_000);
  private final PostgresLogStore there = open(10_000);

  PostgresLogStoreTest() throws Exception {}

  private PostgresLogStore open(int kept) {
    return new PostgresLogStore(
        postgres,
        new LogStoreSettings(kept, Duration.ofDays(7), 10_000, 100, 2),
        InstantSource.fixed(NOON));
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
    postgres.close();
  }

  private static LogLine line(String process, String text) {
    return new LogLine(NOON, "app", process, text);
  }

  private static void append(PostgresLogStore store, AppId app, Origin origin, String text)
      throws Exception {
    var kept = new CountDownLatch(1);
    store.append(app, line("run.1", text), origin, kept::countDown);
    assertTrue(kept.await(20, TimeUnit.SECONDS), "never kept");
  }

  private static List<String> texts(List<LogLine> lines) {
    return lines.stream().map(LogLine::text).toList();
  }

  @Test
  void whatOneNodeWritesAnotherReads() throws Exception {
    here.append(app, line("web.1", "first \0 li\rne \ud800"));
    append(here, app, new Origin(dyno, 1, 17), "second");
    append(here, app, new Origin(dyno, 1, 25_018), "x".repeat(25_000));
    append(here, new AppId(UUID.randomUUID()), new Origin(dyno, 1, 90), "another app's");
    List<LogLine> read = there.last(app, 100, LogFilter.ALL);
    assertEquals(
        List.of("first ^@ li^Mne ?", "second"), texts(read).subList(0, 2), "of " + read.size());
    assertEquals(NOON, read.getFirst().at());
    assertEquals("x".repeat(25_000), String.join("", texts(read).subList(2, read.size())));
    assertEquals(25_018, there.stored(app, dyno, 1));
    assertEquals(0, there.stored(app, dyno, 2));
    assertEquals(
        List.of("second"), texts(there.last(app, 100, new LogFilter(null, "run"))).subList(0, 1));
    there.remove(app);
    assertEquals(List.of(), here.last(app, 100, LogFilter.ALL));
  }

  @Test
  void aFollowerGetsEveryLineOfEveryNodeOnceAndInItsNodesOrder() throws Exception {
    int count = 2_000;
    append(here, app, new Origin(dyno, 1, 1), "before");
    var heard = new LinkedBlockingQueue<String>();
    try (var _ = there.follow(app, 10, LogFilter.ALL, line -> heard.add(line.text()))) {
      assertEquals("before", next(heard));
      var writers = new ArrayList<Thread>();
      for (PostgresLogStore node : List.of(here, there)) {
        writers.add(
            Thread.ofVirtual()
                .start(
                    () ->
                        IntStream.range(0, count)
                            .forEach(
                                i ->
                                    node.append(
                                        app, line("web.1", (node == here ? "h" : "t") + i)))));
      }
      for (Thread writer : writers) {
        writer.join();
      }
      var all = new ArrayList<String>();
      for (int i = 0; i < 2 * count; i++) {
        all.add(next(heard));
      }
      for (String node : List.of("h", "t")) {
        assertEquals(
            IntStream.range(0, count).mapToObj(i -> node + i).toList(),
            all.stream().filter(text -> text.startsWith(node)).toList());
      }
    }
    append(here, app, new Origin(dyno, 1, 2), "after");
    assertNull(heard.poll(100, TimeUnit.MILLISECONDS));
  }

  private static String next(LinkedBlockingQueue<String> heard) throws Exception {
    String line = heard.poll(20, TimeUnit.SECONDS);
    assertNotNull(line, "no line for 20 s");
    return line;
  }

  @Test
  void aFollowerThatIsTooSlowIsToldHowManyLinesItLost() throws Exception {
    append(here, app, new Origin(dyno, 1, 1), "before");
    var slow = new HeldFollower(20);
    try (PostgresLogStore small = open(10);
        var _ = here.follow(app, 10, new LogFilter("app", "run"), slow)) {
      slow.awaitStuck();
      for (int i = 1; i <= 95; i++) {
        append(small, app, new Origin(dyno, 1, 1 + i), "line " + i);
      }
      List<String> left = texts(there.last(app, 1_000, LogFilter.ALL));
      slow.letGo();
      assertEquals("before", slow.next().text());
      assertEquals(
          "Error L11 (Tail buffer overflow) -> This tail session dropped "
              + (95 - left.size())
              + " messages since 2026-03-01T12:00:00+00:00.",
          slow.next().text());
      for (String line : left) {
        assertEquals(line, slow.next().text());
      }
      append(small, app, new Origin(dyno, 1, 97), "after");
      assertEquals("after", slow.next().text());
    }
  }

  @Test
  void onlyTheLastLinesAreKept() throws Exception {
    try (PostgresLogStore small = open(10)) {
      for (int i = 1; i <= 95; i++) {
        append(small, app, new Origin(dyno, 1, i), "line " + i);
      }
      List<String> left = texts(small.last(app, 1_000, LogFilter.ALL));
      assertTrue(left.size() >= 10 && left.size() <= 20, left::toString);
      assertEquals("line 95", left.getLast());
      assertEquals(95, small.stored(app, dyno, 1));
    }
  }
}
