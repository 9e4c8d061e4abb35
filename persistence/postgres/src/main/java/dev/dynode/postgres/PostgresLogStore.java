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
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log lines of all apps in the database, so that every node can read what any has written.
 * Lines are written in batches by {@link LogWriter} and come to followers as other nodes announce
 * them ({@link LogNews}).
 */
public final class PostgresLogStore implements LogStore {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresLogStore.class);

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
    try (Connection connection = postgres.connection()) {
      return lastUpTo(connection, app, Long.MAX_VALUE, limit, filter);
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }

  private List<LogLine> lastUpTo(
      Connection connection, AppId app, long newest, int limit, LogFilter filter)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT at, source, process, line FROM log_line"
                + " WHERE app = ? AND id <= ? AND at > ? ORDER BY id DESC LIMIT ?")) {
      query.setObject(1, app.value());
      query.setLong(2, newest);
      query.setObject(3, clock.instant().minus(settings.maxAge()).atOffset(ZoneOffset.UTC));
      query.setInt(4, 2 * settings.keptLines());
      var lines = new ArrayList<LogLine>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next() && lines.size() < limit) {
          LogLine line = line(rows);
          if (filter.passes(line)) {
            lines.add(line);
          }
        }
      }
      return lines.reversed();
    }
  }

  /** Reads a row with these columns. */
  static LogLine line(ResultSet row) throws SQLException {
    return new LogLine(
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("source"),
        row.getString("process"),
        new String(row.getBytes("line"), StandardCharsets.UTF_8));
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
                    follow(app, backlog, filter, follower, ear);
                  } catch (RuntimeException e) {
                    // Who has closed may throw as well.
                    if (!Thread.currentThread().isInterrupted()) {
                      LOG.warn("A follower of a log failed and is dropped", e);
                    }
                  }
                });
    return thread::interrupt;
  }

  private void follow(
      AppId app, int backlog, LogFilter filter, Consumer<LogLine> follower, LogNews.Ear ear) {
    @Nullable LogTail tail = null;
    while (!Thread.currentThread().isInterrupted()) {
      @Nullable LogTail before = tail;
      List<LogLine> lines = new ArrayList<>();
      try (Connection connection = postgres.connection()) {
        if (before == null) {
          LogTail end = LogTail.end(connection, app, clock.instant());
          lines.addAll(lastUpTo(connection, app, end.newest(), backlog, filter));
          tail = end;
        } else {
          tail = before.read(connection, app, settings.followerQueue(), filter, lines);
        }
      } catch (SQLException e) {
        // it is tried again
      }
      if (Objects.equals(tail, before)) {
        ear.await();
      } else {
        lines.forEach(follower);
      }
    }
  }

  @Override
  public void remove(AppId app) {
    try (Connection connection = postgres.connection();
        PreparedStatement delete =
            connection.prepareStatement(
                "WITH cut AS (DELETE FROM log_cut WHERE app = ?)"
                    + " DELETE FROM log_line WHERE app = ?")) {
      delete.setObject(1, app.value());
      delete.setObject(2, app.value());
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
