package dev.dynode.postgres;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * How far one who follows an app's log has come. Lines that {@link LogWriter} removed before they
 * were read are told as {@link LogLine#overflow}; all of them count, whether or not they would have
 * passed the filter.
 *
 * @param newest number of the last line that was read
 * @param seen how many lines the app had written by then
 * @param at time of that line, or when the following began
 */
record LogTail(long newest, long seen, Instant at) {

  /** Begins behind the newest line there is. */
  static LogTail end(Connection connection, AppId app, Instant now) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT coalesce(max(id), 0),
              count(*) + coalesce((SELECT lines FROM log_cut WHERE app = ?), 0)
            FROM log_line WHERE app = ?""")) {
      query.setObject(1, app.value());
      query.setObject(2, app.value());
      try (ResultSet found = query.executeQuery()) {
        found.next();
        return new LogTail(found.getLong(1), found.getLong(2), now);
      }
    }
  }

  /**
   * Reads the next lines.
   *
   * @param limit how many, from 1
   * @param lines gets those that pass the filter; where this throws, only some of them
   * @return how far it is now; the same where there were none
   */
  LogTail read(Connection connection, AppId app, int limit, LogFilter filter, List<LogLine> lines)
      throws SQLException {
    LogTail now = this;
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT id, at, source, process, line, lines, last
            FROM log_line LEFT JOIN log_cut USING (app)
            WHERE app = ? AND id > ? ORDER BY id LIMIT ?""")) {
      query.setObject(1, app.value());
      query.setLong(2, newest);
      query.setInt(3, limit);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          LogLine line = PostgresLogStore.line(rows);
          long before = rows.getLong("last") > now.newest ? rows.getLong("lines") : now.seen;
          if (before > now.seen) {
            lines.add(LogLine.overflow(before - now.seen, now.at, line.at()));
          }
          if (filter.passes(line)) {
            lines.add(line);
          }
          now = new LogTail(rows.getLong("id"), before + 1, line.at());
        }
      }
    }
    return now;
  }
}
