package dev.dynode.postgres;

import dev.dynode.journal.Packed;
import dev.dynode.journal.RocksRows;
import dev.dynode.journal.Rows;
import dev.dynode.journal.StoredEvent;
import dev.dynode.journal.StoredSnapshot;
import dev.dynode.replay.StoryArchive;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.jspecify.annotations.Nullable;

/** The rows of a journal in PostgreSQL, all read in one transaction. */
public final class PostgresRows implements Rows {
  private static final int CHUNK = 512;
  private static final String EVENT =
      "SELECT persistence_id, sequence_number, ordering, write_timestamp, writer,"
          + " adapter_manifest, event_ser_id, event_ser_manifest, event_payload,"
          + " meta_ser_id, meta_ser_manifest, meta_payload FROM event_journal ";

  private final Connection connection;

  /** Of the running node's own journal: in its database or, where it has none, in its folder. */
  public static Rows of(ClassicActorSystemProvider system) {
    return Postgres.in(system).<Rows>map(PostgresRows::of).orElseGet(() -> RocksRows.of(system));
  }

  /** Of the journal of a running node; that of a cluster has none. */
  public static StoryArchive archive(ClassicActorSystemProvider system) {
    return Postgres.in(system).isPresent()
        ? StoryArchive.NONE
        : StoryArchive.of(system.classicSystem().settings().config().getConfig("dynode.journal"));
  }

  private PostgresRows(Connection connection) {
    this.connection = connection;
  }

  /**
   * The rows as they are now.
   *
   * @throws IllegalStateException if the database does not answer
   */
  public static PostgresRows of(Postgres postgres) {
    try {
      Connection connection = postgres.patient();
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      var rows = new PostgresRows(connection);
      var _ = rows.number("SELECT 1"); // its moment is that of the first query
      return rows;
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }

  @Override
  public long lastOffset() {
    return number("SELECT coalesce(max(ordering), 0) FROM event_journal");
  }

  @Override
  public Iterator<Row> events() {
    return new Walk(EVENT + "ORDER BY persistence_id COLLATE \"C\", sequence_number", this::event);
  }

  @Override
  public Iterator<Row> events(String id) {
    return new Walk(EVENT + "WHERE persistence_id = ? ORDER BY sequence_number", this::event, id);
  }

  @Override
  public Iterator<Row> backwards(String id) {
    return new Walk(
        EVENT + "WHERE persistence_id = ? ORDER BY sequence_number DESC", this::event, id);
  }

  @Override
  public Optional<Row> event(String id, long sequence) {
    Iterator<Row> found =
        new Walk(
            EVENT + "WHERE persistence_id = ? AND sequence_number = ?", this::event, id, sequence);
    return found.hasNext() ? Optional.of(found.next()) : Optional.empty();
  }

  @Override
  public long highest(String id) {
    return number(
        "SELECT coalesce(max(sequence_number), 0) FROM event_journal WHERE persistence_id = ?", id);
  }

  @Override
  public Iterator<Row> ids() {
    return new Walk(
        "SELECT persistence_id, max(sequence_number) FROM event_journal"
            + " GROUP BY persistence_id ORDER BY persistence_id COLLATE \"C\"",
        row -> new Row.Highest(row.getString(1), row.getLong(2)));
  }

  @Override
  public Iterator<Row> places(long from) {
    return new Walk(
        "SELECT ordering, persistence_id, sequence_number FROM event_journal"
            + " WHERE ordering >= ? ORDER BY ordering",
        row -> new Row.Place(row.getLong(1), row.getString(2), row.getLong(3)),
        from);
  }

  @Override
  public Iterator<Row> snapshots() {
    return new Walk(
        "SELECT persistence_id, sequence_number, created, snapshot_ser_id,"
            + " snapshot_ser_manifest, snapshot_payload, meta_ser_id, meta_ser_manifest,"
            + " meta_payload FROM snapshot ORDER BY persistence_id COLLATE \"C\", sequence_number",
        row ->
            new Row.State(
                new StoredSnapshot(
                    row.getString(1),
                    row.getLong(2),
                    row.getLong(3),
                    packed(row, 4),
                    row.getObject(7) == null ? Optional.empty() : Optional.of(packed(row, 7)))));
  }

  private Row event(ResultSet row) throws SQLException {
    return new Row.Event(
        new StoredEvent(
            row.getString(1),
            row.getLong(2),
            row.getLong(3),
            row.getLong(4),
            row.getString(5),
            Optional.ofNullable(row.getString(6)).orElse(""),
            Set.of(),
            packed(row, 7),
            row.getObject(10) == null ? Optional.empty() : Optional.of(packed(row, 10))));
  }

  private static Packed packed(ResultSet row, int from) throws SQLException {
    return new Packed(row.getInt(from), row.getString(from + 1), row.getBytes(from + 2));
  }

  private long number(String query, Object... parameters) {
    try (PreparedStatement statement = prepare(query, parameters);
        ResultSet found = statement.executeQuery()) {
      found.next();
      return found.getLong(1);
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }

  private PreparedStatement prepare(String query, Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(query);
    statement.setFetchSize(CHUNK);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  private static IllegalStateException unanswered(SQLException e) {
    return new IllegalStateException("the database does not answer: " + e.getMessage(), e);
  }

  @FunctionalInterface
  private interface Reading {
    Row read(ResultSet row) throws SQLException;
  }

  /** Reads on as it is asked, by a cursor of the database. */
  private final class Walk implements Iterator<Row> {
    private final Reading reading;
    private final PreparedStatement statement;
    private final ResultSet rows;
    private @Nullable Row next;

    Walk(String query, Reading reading, Object... parameters) {
      this.reading = reading;
      try {
        statement = prepare(query, parameters);
        rows = statement.executeQuery();
      } catch (SQLException e) {
        throw unanswered(e);
      }
      step();
    }

    private void step() {
      try {
        next = rows.next() ? reading.read(rows) : null;
        if (next == null) {
          statement.close();
        }
      } catch (SQLException e) {
        throw unanswered(e);
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Row next() {
      Row row = next;
      if (row == null) {
        throw new NoSuchElementException();
      }
      step();
      return row;
    }
  }

  @Override
  public void close() {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      throw unanswered(e);
    }
  }
}
