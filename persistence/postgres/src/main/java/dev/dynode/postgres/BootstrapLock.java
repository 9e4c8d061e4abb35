package dev.dynode.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That there is one cluster over a database, whatever its nodes are told and whoever cannot reach
 * whom. Every member shares a lock as long as it lives, so whoever gets that lock alone knows that
 * there is no member.
 *
 * <ol>
 *   <li>A node looks for members. It asks to be let in only once it has seen one, or where no
 *       cluster was ever counted, and remembers the number of theirs.
 *   <li>Where there are none, a control node takes the lock alone, counts a new cluster, shares the
 *       lock, ends being alone with it, and joins itself. All others of that moment fail to get it,
 *       and see a member.
 *   <li>A node that was let in shares the lock, and then compares: if a newer cluster has been
 *       counted meanwhile, the one that let it in is over, and the node ends.
 *   <li>So does a member that lost its session with the database, once it has made it again.
 *   <li>Members that did not leave in order may be about to make theirs again, and those of an
 *       earlier release share no lock: a node waits for them before it begins.
 * </ol>
 *
 * <p>Nobody waits for a lock, so nothing can deadlock. Thread-safe.
 */
public final class BootstrapLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BootstrapLock.class);
  private static final AdvisoryLock LOCK = new AdvisoryLock("cluster");

  /** Longer than a member needs to make its session again, once the database answers. */
  private static final Duration RETURN = Duration.ofSeconds(4);

  private final String address;
  private final Consumer<ClusterOver> over;
  private final LockSession session;
  private volatile long cluster; // 0: none seen yet
  private boolean member;
  private volatile @Nullable Long confirmed; // when what was asked that has been answered last
  private long seen = System.nanoTime(); // when there was a member, or nobody could tell

  BootstrapLock(Postgres postgres, String address, Consumer<ClusterOver> over) throws SQLException {
    this.address = address;
    this.over = over;
    session =
        new LockSession(
            postgres,
            "dynode member",
            new LockSession.Locks() {
              @Override
              public boolean take(Connection fresh) throws SQLException {
                return again(fresh);
              }

              @Override
              public boolean held(Connection now) throws SQLException {
                return confirm(now);
              }
            });
  }

  /** See {@link Standing#confirmedAgo}. */
  Duration confirmedAgo() {
    Long asked = confirmed;
    return asked == null
        ? ChronoUnit.FOREVER.getDuration()
        : Duration.ofNanos(System.nanoTime() - asked);
  }

  /** Whether the database has stopped to answer. */
  boolean lost() {
    return session.lost();
  }

  /** Of the newest cluster this node has seen; 0: it has seen none. */
  long number() {
    return cluster;
  }

  /**
   * Addresses of the members there are.
   *
   * @throws SQLException where the database does not answer
   * @throws ClusterOver where the cluster this node saw first is over
   */
  public synchronized Set<String> members() throws SQLException, ClusterOver {
    String query =
        "SELECT address FROM member WHERE address <> ? AND session IN ("
            + AdvisoryLock.HOLDERS
            + ")";
    Set<String> members = new LinkedHashSet<>();
    try (PreparedStatement ask = session.now().prepareStatement(query)) {
      ask.setString(1, address);
      ask.setString(2, LOCK.name());
      try (ResultSet found = ask.executeQuery()) {
        while (found.next()) {
          members.add(found.getString(1));
        }
      }
      if (!members.isEmpty()) {
        seen = System.nanoTime();
        compare(session.now());
      }
      return members;
    } catch (SQLException e) {
      seen = System.nanoTime();
      throw e;
    }
  }

  /**
   * Whether a cluster was ever counted here. If not, nodes of an earlier release may be members.
   *
   * @throws SQLException where the database does not answer
   */
  public boolean counted() throws SQLException {
    return number(session.now(), "SELECT count(*) FROM member") > 0;
  }

  /**
   * Begins a cluster where {@link #members} has found none; not for a node that was let in.
   *
   * @return whether it did, so that this node is to join itself
   * @throws SQLException where the database does not answer
   */
  public synchronized boolean begin() throws SQLException {
    Connection now = session.now();
    String unsure =
        """
        SELECT count(*) FROM (SELECT) AS one WHERE
          EXISTS (SELECT FROM member WHERE session <> 0 AND address <> ?)
          OR NOT EXISTS (SELECT FROM member) AND EXISTS (SELECT FROM event_journal)
        """;
    boolean soon = System.nanoTime() - seen < RETURN.toNanos();
    if ((soon && number(now, unsure, address) > 0) || !LOCK.take(now)) {
      return false;
    }
    String next =
        """
        WITH gone AS (DELETE FROM member RETURNING cluster)
        INSERT INTO member SELECT ?, pg_backend_pid(), coalesce(max(cluster), 0) + 1 FROM gone
        RETURNING cluster
        """;
    boolean shared;
    long asked = System.nanoTime();
    try {
      cluster = number(now, next, address);
      shared = LOCK.share(now);
    } finally {
      LOCK.release(now);
    }
    member = shared;
    confirmed = asked;
    return shared;
  }

  /**
   * Makes this node, which was let in, a member that others count on.
   *
   * @return false while somebody tries to begin; to be asked again
   * @throws SQLException where the database does not answer
   * @throws ClusterOver where the cluster is over
   */
  public synchronized boolean enter() throws SQLException, ClusterOver {
    member = member || enter(session.now());
    return member;
  }

  private boolean enter(Connection in) throws SQLException, ClusterOver {
    long asked = System.nanoTime();
    if (!LOCK.share(in)) {
      return false;
    }
    compare(in);
    String row =
        """
        INSERT INTO member VALUES (?, pg_backend_pid(), %d)
        ON CONFLICT (address) DO UPDATE SET session = excluded.session, cluster = excluded.cluster
        RETURNING cluster
        """
            .formatted(Math.max(cluster, 1));
    number(in, row, address);
    confirmed = asked;
    return true;
  }

  private synchronized boolean again(Connection fresh) throws SQLException {
    try {
      return !member || enter(fresh);
    } catch (ClusterOver e) {
      return end(e);
    }
  }

  /** While this session lives it shares the lock, so its cluster is the newest. */
  private synchronized boolean confirm(Connection now) throws SQLException {
    if (!member) {
      return LockSession.answers(now);
    }
    long asked = System.nanoTime();
    try {
      compare(now);
    } catch (ClusterOver e) {
      return end(e);
    }
    confirmed = asked;
    return true;
  }

  private boolean end(ClusterOver why) {
    confirmed = null;
    over.accept(why);
    return false;
  }

  /** For a member: nobody counts while it shares the lock. */
  private void compare(Connection in) throws SQLException, ClusterOver {
    long newest = number(in, "SELECT max(cluster) FROM member");
    if (cluster != 0 && cluster < newest) {
      throw new ClusterOver();
    }
    cluster = Math.max(cluster, newest);
  }

  private static long number(Connection in, String query, String... address) throws SQLException {
    try (PreparedStatement ask = in.prepareStatement(query)) {
      if (address.length > 0) {
        ask.setString(1, address[0]);
      }
      try (ResultSet answer = ask.executeQuery()) {
        answer.next();
        return answer.getLong(1);
      }
    }
  }

  /** Lets others begin, if this was the last member. */
  @Override
  public void close() {
    try (PreparedStatement leave =
        session
            .now()
            .prepareStatement(
                "UPDATE member SET session = 0 WHERE address = ? AND session = pg_backend_pid()")) {
      leave.setString(1, address);
      leave.executeUpdate();
    } catch (SQLException e) {
      LOG.debug("the cluster was not left in order", e);
    }
    session.close();
  }
}
