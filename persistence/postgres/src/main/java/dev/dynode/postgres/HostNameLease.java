package dev.dynode.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The name of a host, which one live node holds. Thread-safe. */
public final class HostNameLease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostNameLease.class);
  private static final long AGAIN_MILLIS = 500;

  private final String name;
  private final AdvisoryLock lock;
  private final LockSession session;

  private HostNameLease(Postgres postgres, String name) throws SQLException {
    this.name = name;
    lock = new AdvisoryLock("host " + name);
    session = new LockSession(postgres, "dynode host " + name, this::again);
  }

  /**
   * Takes the name.
   *
   * @param patience how long to wait for the one that holds it: its machine may just have died
   * @throws IOException in one sentence, where another node holds it or the database fails
   */
  public static HostNameLease hold(Postgres postgres, String name, Duration patience)
      throws IOException {
    try {
      var held = new HostNameLease(postgres, name);
      try {
        held.take(System.nanoTime() + patience.toNanos());
        return held;
      } catch (IOException | SQLException | RuntimeException e) {
        held.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  private void take(long deadline) throws SQLException, IOException {
    try {
      while (!lock.take(session.now())) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "Another node%s is the host %s already; give this one another --host-name, or stop that one."
                  .formatted(holder(session.now()), name));
        }
        TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private boolean again(Connection fresh) throws SQLException {
    boolean taken = lock.take(fresh);
    if (!taken) {
      LOG.warn("another session{} has the name of this host, {}", holder(fresh), name);
    }
    return taken;
  }

  /** Where the node is that holds it, as the database sees it. */
  private String holder(Connection session) throws SQLException {
    String query =
        "SELECT host(client_addr) FROM pg_stat_activity WHERE pid IN ("
            + AdvisoryLock.HOLDERS
            + ")";
    try (PreparedStatement ask = session.prepareStatement(query)) {
      ask.setString(1, lock.name());
      try (ResultSet found = ask.executeQuery()) {
        @Nullable String address = found.next() ? found.getString(1) : null;
        return address == null ? "" : ", at " + address + ",";
      }
    }
  }

  /** Lets the name go. */
  @Override
  public void close() {
    session.close();
  }
}
