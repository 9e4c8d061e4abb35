package dev.dynode.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A lock that sessions of the database hold until they end, each schema one of a name. Nothing here
 * waits for another session.
 */
record AdvisoryLock(String name) {
  private static final String KEY = "hashtextextended(current_schema() || ' dynode ' || ?, 0)";

  /** A query of the sessions that hold it, shared or alone; its parameter is the name. */
  static final String HOLDERS =
      """
      SELECT pid FROM pg_locks, (SELECT %s AS bits) AS key
      WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint = (bits >> 32) & 4294967295 AND objid::bigint = bits & 4294967295
      """
          .formatted(KEY);

  /** Takes it alone; false while another session holds it at all. */
  boolean take(Connection session) throws SQLException {
    return ask(session, "pg_try_advisory_lock");
  }

  /** Takes it beside others; false while another session has it alone. */
  boolean share(Connection session) throws SQLException {
    return ask(session, "pg_try_advisory_lock_shared");
  }

  /** Ends being alone with it. */
  void release(Connection session) throws SQLException {
    ask(session, "pg_advisory_unlock");
  }

  private boolean ask(Connection session, String function) throws SQLException {
    try (PreparedStatement ask = session.prepareStatement("SELECT " + function + "(" + KEY + ")")) {
      ask.setString(1, name);
      try (ResultSet answer = ask.executeQuery()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }
}
