package dev.dynode.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name of a host, which one live node holds: a lock of its session of the database. It is free
 * as soon as that process is gone, and some ten seconds after its machine is. A session that is
 * lost with the database is made again. Thread-safe.
 */
public final class HeldName implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldName.class);
  private static final long AGAIN_MILLIS = 500;
  private static final int ANSWER_SECONDS = 5;
  private static final String KEY = "hashtextextended(current_schema() || ' dynode host ' || ?, 0)";

  private final Postgres postgres;
  private final String name;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread keeping;
  private volatile @Nullable Connection session;

  private HeldName(Postgres postgres, String name, Connection session) {
    this.postgres = postgres;
    this.name = name;
    this.session = session;
    keeping = Thread.ofVirtual().name("host-name").unstarted(this::keep);
  }

  /**
   * Takes the name.
   *
   * @param patience how long to wait for the one that holds it: its machine may just have died
   * @throws IOException in one sentence, where another node holds it or the database fails
   */
  public static HeldName hold(Postgres postgres, String name, Duration patience)
      throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      Connection session = session(postgres, name);
      try {
        while (!take(session, name)) {
          if (System.nanoTime() > deadline) {
            throw new IOException(
                "Another node%s is the host %s already; give this one another --host-name, or stop that one."
                    .formatted(holder(session, name), name));
          }
          TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
        }
        var held = new HeldName(postgres, name, session);
        held.keeping.start();
        return held;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        session.close();
        throw new IOException("interrupted", e);
      } catch (IOException | SQLException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  private void keep() {
    try {
      while (!closing.await(2, TimeUnit.SECONDS)) {
        try {
          Connection now = session;
          if (now == null) {
            again();
          } else if (!now.isValid(ANSWER_SECONDS)) {
            session = null;
            now.close();
          }
        } catch (SQLException e) {
          LOG.debug("the name {} is not held now", name, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void again() throws SQLException {
    Connection fresh = session(postgres, name);
    if (take(fresh, name)) {
      session = fresh;
    } else {
      LOG.warn("another session{} has the name of this host, {}", holder(fresh, name), name);
      fresh.close();
    }
  }

  /** A session that the database gives up soon after its machine has died. */
  private static Connection session(Postgres postgres, String name) throws SQLException {
    Connection session = postgres.session();
    try (Statement settings = session.createStatement()) {
      settings.execute("SET tcp_keepalives_idle = 4");
      settings.execute("SET tcp_keepalives_interval = 2");
      settings.execute("SET tcp_keepalives_count = 3");
      session.setClientInfo("ApplicationName", "dynode host " + name);
    } catch (SQLException e) {
      session.close();
      throw e;
    }
    return session;
  }

  private static boolean take(Connection session, String name) throws SQLException {
    try (PreparedStatement ask =
        session.prepareStatement("SELECT pg_try_advisory_lock(" + KEY + ")")) {
      ask.setString(1, name);
      try (ResultSet answer = ask.executeQuery()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }

  /** Where the node is that holds it, as the database sees it. */
  private static String holder(Connection session, String name) throws SQLException {
    String query =
        """
        WITH key AS (SELECT %s AS bits)
        SELECT host(client_addr) FROM pg_locks JOIN pg_stat_activity USING (pid), key
        WHERE locktype = 'advisory' AND granted AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid::bigint = (bits >> 32) & 4294967295 AND objid::bigint = bits & 4294967295
        """
            .formatted(KEY);
    try (PreparedStatement ask = session.prepareStatement(query)) {
      ask.setString(1, name);
      try (ResultSet found = ask.executeQuery()) {
        @Nullable String address = found.next() ? found.getString(1) : null;
        return address == null ? "" : ", at " + address + ",";
      }
    }
  }

  /** Lets the name go. */
  @Override
  public void close() {
    closing.countDown();
    try {
      keeping.join(Duration.ofSeconds(ANSWER_SECONDS));
      Connection last = session;
      if (last != null) {
        last.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.debug("the name {} was not let go in order", name, e);
    }
  }
}
