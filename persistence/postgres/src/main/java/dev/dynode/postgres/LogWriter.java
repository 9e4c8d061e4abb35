package dev.dynode.postgres;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.Origin;
import dev.dynode.store.LogStoreSettings;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes log lines, as many as wait in one transaction. While the database does not answer they
 * wait; then the output of programs waits, too (with the keeper of their dynos, where nothing is
 * lost), and other lines that find no room are counted as lost. Thread-safe.
 */
final class LogWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
  private static final int WAITING = 10_000;
  private static final int BATCH = 1_000;
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LAST = Duration.ofSeconds(5);

  private final Postgres postgres;
  private final LogStoreSettings settings;
  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final Map<UUID, Integer> sinceTrim = new HashMap<>();
  private final Thread thread;
  private volatile long closedAt = Long.MAX_VALUE;

  private record Waiting(AppId app, LogLine line, @Nullable Origin origin, Runnable kept) {}

  LogWriter(Postgres postgres, LogStoreSettings settings) {
    this.postgres = postgres;
    this.settings = settings;
    thread = Thread.ofPlatform().daemon().name("log-writer").start(this::run);
  }

  /** Does not wait: without room the line is lost. */
  void offer(AppId app, LogLine line) {
    for (LogLine part : line.split(settings.lineBytes())) {
      if (closed() || !waiting.offer(new Waiting(app, part, null, () -> {}))) {
        lost.incrementAndGet();
      }
    }
  }

  /** Waits for room. */
  void put(AppId app, LogLine line, Origin origin, Runnable kept) {
    List<LogLine> parts = line.split(settings.lineBytes());
    try {
      for (int i = 0; i < parts.size(); i++) {
        boolean last = i == parts.size() - 1;
        var one = new Waiting(app, parts.get(i), last ? origin : null, last ? kept : () -> {});
        while (!closed() && !waiting.offer(one, PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          // until there is room, or nobody needs it
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  long lost() {
    return lost.get();
  }

  private boolean closed() {
    return closedAt != Long.MAX_VALUE;
  }

  private void run() {
    var batch = new ArrayList<Waiting>(BATCH);
    boolean again = false;
    while (!(closed() && batch.isEmpty() && waiting.isEmpty())) {
      try {
        if (batch.isEmpty()) {
          Waiting first = waiting.poll(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
          if (first == null) {
            continue;
          }
          batch.add(first);
          waiting.drainTo(batch, BATCH - 1);
        }
        write(batch, again);
        batch.forEach(one -> one.kept().run());
        batch.clear();
        again = false;
      } catch (SQLException e) {
        again = true;
        LOG.warn("log lines wait for the database: {}", e.getMessage());
        if (closed() && System.nanoTime() - closedAt > 0) {
          return;
        }
        pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * All or nothing.
   *
   * @param again whether an earlier attempt may have been committed
   */
  private void write(List<Waiting> batch, boolean again) throws SQLException {
    try (Connection connection = postgres.connection()) {
      connection.setAutoCommit(false);
      UUID[] apps =
          batch.stream().map(one -> one.app().value()).distinct().sorted().toArray(UUID[]::new);
      lock(connection, apps);
      insert(connection, again ? unwritten(connection, batch) : batch);
      for (UUID app : apps) {
        trim(connection, app, batch);
      }
      announce(connection, apps);
      connection.commit();
    }
  }

  /** Lines of one app get their numbers in the order in which they become visible. */
  private static void lock(Connection connection, UUID[] apps) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "SELECT pg_advisory_xact_lock(hashtextextended(app::text, 0))"
                + " FROM (SELECT unnest(?::uuid[]) AS app) AS apps")) {
      lock.setArray(1, connection.createArrayOf("uuid", apps));
      lock.execute();
    }
  }

  private static List<Waiting> unwritten(Connection connection, List<Waiting> batch)
      throws SQLException {
    var left = new ArrayList<Waiting>();
    for (Waiting one : batch) {
      Origin origin = one.origin();
      if (origin == null
          || stored(connection, one.app(), origin.dyno(), origin.generation()) < origin.end()) {
        left.add(one);
      }
    }
    return left;
  }

  /** How far the output of a launch has come. */
  static long stored(Connection connection, AppId app, DynoId dyno, int generation)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT coalesce(max(ends), 0) FROM log_line"
                + " WHERE app = ? AND dyno = ? AND generation = ?")) {
      query.setObject(1, app.value());
      query.setObject(2, dyno.value());
      query.setInt(3, generation);
      try (ResultSet found = query.executeQuery()) {
        found.next();
        return found.getLong(1);
      }
    }
  }

  private static void insert(Connection connection, List<Waiting> lines) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO log_line (app, at, source, process, line, dyno, generation, ends)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Waiting one : lines) {
        insert.setObject(1, one.app().value());
        insert.setObject(2, one.line().at().atOffset(ZoneOffset.UTC));
        insert.setString(3, one.line().source());
        insert.setString(4, one.line().process());
        insert.setBytes(5, one.line().text().getBytes(StandardCharsets.UTF_8));
        Origin origin = one.origin();
        insert.setObject(6, origin == null ? null : origin.dyno().value(), Types.OTHER);
        insert.setObject(7, origin == null ? null : origin.generation(), Types.INTEGER);
        insert.setObject(8, origin == null ? null : origin.end(), Types.BIGINT);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Each node does so after as many lines as are kept, and notes what is gone. */
  private void trim(Connection connection, UUID app, List<Waiting> batch) throws SQLException {
    int added = (int) batch.stream().filter(one -> one.app().value().equals(app)).count();
    if (sinceTrim.merge(app, added, Integer::sum) < settings.keptLines()) {
      return;
    }
    sinceTrim.remove(app);
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            WITH gone AS (
              DELETE FROM log_line WHERE app = ? AND id <=
                (SELECT id FROM log_line WHERE app = ? ORDER BY id DESC OFFSET ? LIMIT 1)
              RETURNING id)
            INSERT INTO log_cut (app, lines, last)
              SELECT ?, count(*), max(id) FROM gone HAVING count(*) > 0
              ON CONFLICT (app) DO UPDATE
              SET lines = log_cut.lines + excluded.lines, last = excluded.last""")) {
      delete.setObject(1, app);
      delete.setObject(2, app);
      delete.setInt(3, settings.keptLines());
      delete.setObject(4, app);
      delete.executeUpdate();
    }
  }

  private static void announce(Connection connection, UUID[] apps) throws SQLException {
    try (PreparedStatement notify =
        connection.prepareStatement(
            "SELECT pg_notify('" + LogNews.CHANNEL + "', unnest(?::uuid[])::text)")) {
      notify.setArray(1, connection.createArrayOf("uuid", apps));
      notify.execute();
    }
  }

  @Override
  public void close() {
    closedAt = System.nanoTime() + LAST.toNanos();
    try {
      thread.join(LAST.plusSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
