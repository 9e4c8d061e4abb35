package dev.dynode.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session of the database, kept for the locks it holds: they are free as soon as this process is
 * gone, and some ten seconds after its machine is. A session that is lost with the database is made
 * again, within two seconds once the database answers. Thread-safe.
 */
final class LockSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockSession.class);
  private static final int ANSWER_SECONDS = 5;

  private final Postgres postgres;
  private final String application;
  private final Locks locks;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread keeping;
  private volatile @Nullable Connection session;

  /** What a session is kept for. */
  interface Locks {
    /** Takes them in a new session; false: they are not to be had now. */
    boolean take(Connection session) throws SQLException;

    /** Asked each second, of the session that has them; false: make another. */
    default boolean held(Connection session) throws SQLException {
      return answers(session);
    }
  }

  static boolean answers(Connection session) throws SQLException {
    return session.isValid(ANSWER_SECONDS);
  }

  /**
   * Opens one that holds nothing yet.
   *
   * @param application what the database calls it; at most 63 bytes
   * @param locks asked for each later session, on a thread of its own
   */
  LockSession(Postgres postgres, String application, Locks locks) throws SQLException {
    this.postgres = postgres;
    this.application = application;
    this.locks = locks;
    session = open();
    keeping = Thread.ofVirtual().name(application).start(this::keep);
  }

  /**
   * The session as it is now.
   *
   * @throws SQLException while there is none
   */
  Connection now() throws SQLException {
    Connection now = session;
    if (now == null) {
      throw new SQLException("its session was lost");
    }
    return now;
  }

  /** Whether the database did not answer the last question, nor anything since. */
  boolean lost() {
    return session == null;
  }

  private void keep() {
    try {
      while (!closing.await(1, TimeUnit.SECONDS)) {
        try {
          Connection now = session;
          if (now == null) {
            renew();
          } else if (!held(now)) {
            session = null;
            now.close();
          }
        } catch (SQLException e) {
          LOG.debug("{} holds nothing now", application, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean held(Connection now) {
    try {
      return locks.held(now);
    } catch (SQLException e) {
      LOG.debug("{} has lost its session", application, e);
      return false;
    }
  }

  private void renew() throws SQLException {
    Connection fresh = open();
    boolean taken = false;
    try {
      taken = locks.take(fresh);
    } finally {
      if (taken) {
        session = fresh;
      } else {
        fresh.close();
      }
    }
  }

  private Connection open() throws SQLException {
    Connection fresh = postgres.session();
    try (Statement settings = fresh.createStatement()) {
      settings.execute("SET tcp_keepalives_idle = 4");
      settings.execute("SET tcp_keepalives_interval = 2");
      settings.execute("SET tcp_keepalives_count = 3");
      settings.execute("SET tcp_user_timeout = 10000"); // answers that nobody takes
      fresh.setClientInfo("ApplicationName", application);
    } catch (SQLException e) {
      fresh.close();
      throw e;
    }
    return fresh;
  }

  /** Lets everything go. */
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
      LOG.debug("{} did not end in order", application, e);
    }
  }
}
