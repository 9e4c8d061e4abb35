package dev.dynode.postgres;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import dev.dynode.store.LogStoreSettings;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The log lines of all apps in the database, so that every node can read what any has written.
 * Lines are written in batches by {@link LogWriter} and come to followers as other nodes announce
 * them ({@link LogNews}).
 */
public final class PostgresLogStore implements LogStore {
  private final Postgres postgres;
  private final LogStoreSettings settings;
  private final InstantSource clock;
  private final LogWriter writer;
  private final LogNews news;

  /** Starts to write and to listen. */
  public PostgresLogStore(Postgres postgres, LogStoreSettings settings, InstantSource clock) {
    this.postgres = postgres;
    this.settings = settings;
    this.clock = clock;
    writer = new LogWriter(postgres, settings);
    news = new LogNews(postgres);
  }

  @Override
  public void append(AppId app, LogLine line) {
    writer.offer(app, line);
  }

  @Override
  public void append(AppId app, LogLine line, Origin origin, Runnable kept) {
    writer.put(app, line, origin, kept);
  }

  /** Lines that found no room while the database did not answer. */
  public long lost() {
    return writer.lost();
  }

  @Override
  public long stored(AppId app, DynoId dyno, int generation) {
    try (Connection connection = postgres.connection()) {
      return LogWriter.stored(connection, app, dyno, generation);
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }

  @Override
  public List<LogLine> last(AppId app, int limit, LogFilter filter) {
    return lastOf(app, limit, filter).lines();
  }

  /** Lines, and the number of the newest there was. */
  private record Read(List<LogLine> lines, long newest) {}

  private Read lastOf(AppId app, int limit, LogFilter filter) {
    try (Connection connection = postgres.connection();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT id, at, source, process, line FROM log_line"
                    + " WHERE app = ? AND at > ? ORDER BY id DESC LIMIT ?")) {
      query.setObject(1, app.value());
      query.setObject(2, clock.instant().minus(settings.maxAge()).atOffset(ZoneOffset.UTC));
      query.setInt(3, 2 * settings.keptLines());
      var lines = new ArrayList<LogLine>();
      long newest = 0;
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          newest = Math.max(newest, rows.getLong(1));
          LogLine line = line(rows);
          if (lines.size() < limit && filter.passes(line)) {
            lines.add(line);
          }
        }
      }
      return new Read(lines.reversed(), newest);
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }

  private static LogLine line(ResultSet row) throws SQLException {
    return new LogLine(
        row.getObject(2, OffsetDateTime.class).toInstant(),
        row.getString(3),
        row.getString(4),
        new String(row.getBytes(5), StandardCharsets.UTF_8));
  }

  /** The lines after this one; the number of the newest of them is added last. */
  private long after(AppId app, long last, Consumer<LogLine> each) throws SQLException {
    long newest = last;
    try (Connection connection = postgres.connection();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT id, at, source, process, line FROM log_line"
                    + " WHERE app = ? AND id > ? ORDER BY id LIMIT ?")) {
      query.setObject(1, app.value());
      query.setLong(2, last);
      query.setInt(3, settings.followerQueue());
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          newest = rows.getLong(1);
          each.accept(line(rows));
        }
      }
    }
    return newest;
  }

  @Override
  public Following follow(AppId app, int backlog, LogFilter filter, Consumer<LogLine> follower) {
    LogNews.Ear ear = news.of(app);
    Thread thread =
        Thread.ofVirtual()
            .name("log-follower-" + app)
            .start(
                () -> {
                  try (ear) {
                    Read before = lastOf(app, backlog, filter);
                    before.lines().forEach(follower);
                    follow(app, before.newest(), filter, follower, ear);
                  }
                });
    return thread::interrupt;
  }

  private void follow(
      AppId app, long from, LogFilter filter, Consumer<LogLine> follower, LogNews.Ear ear) {
    long last = from;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        long newest =
            after(
                app,
                last,
                line -> {
                  if (filter.passes(line)) {
                    follower.accept(line);
                  }
                });
        if (newest == last) {
          ear.await();
        }
        last = newest;
      } catch (SQLException e) {
        ear.await(); // until the database answers again
      }
    }
  }

  @Override
  public void remove(AppId app) {
    try (Connection connection = postgres.connection();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM log_line WHERE app = ?")) {
      delete.setObject(1, app.value());
      delete.executeUpdate();
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }

  private static IllegalStateException unanswered(SQLException e) {
    return new IllegalStateException("the database does not answer: " + e.getMessage(), e);
  }

  /** Writes what is waiting, for a few seconds at most. */
  @Override
  public void close() {
    writer.close();
    news.close();
  }
}
