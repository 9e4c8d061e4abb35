package dev.dynode.postgres;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes many rows into one table by the binary format of PostgreSQL's COPY (its manual, "COPY,
 * Binary Format"), within the transaction of its connection, which nothing else may use until
 * {@link #end}. Holds a piece of the rows at a time. For one thread.
 */
final class BulkRows implements AutoCloseable {
  private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', -1, '\r', '\n', 0};
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final int PIECE = 1 << 16;

  private final CopyIn copy;
  private final int columns;
  private final ByteArrayOutputStream piece = new ByteArrayOutputStream(2 * PIECE);
  private final DataOutputStream out = new DataOutputStream(piece);

  /**
   * Begins.
   *
   * @param table name of the table
   * @param columns those that {@link #row} is given, in that order
   */
  BulkRows(Connection connection, String table, String... columns)
      throws SQLException, IOException {
    this.columns = columns.length;
    copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY %s (%s) FROM STDIN (FORMAT binary)"
                    .formatted(table, String.join(", ", columns)));
    out.write(SIGNATURE);
    out.writeInt(0); // no flags
    out.writeInt(0); // nothing more in the head
  }

  /** A row: long, int, boolean, text, bytes, moment, UUID, or {@code null} for each column. */
  void row(@Nullable Object... values) throws SQLException, IOException {
    if (values.length != columns) {
      throw new IllegalArgumentException(values.length + " values for " + columns + " columns");
    }
    out.writeShort(values.length);
    for (@Nullable Object value : values) {
      write(value);
    }
    if (piece.size() >= PIECE) {
      send();
    }
  }

  private void write(@Nullable Object value) throws IOException {
    switch (value) {
      case null -> out.writeInt(-1);
      case Long number -> {
        out.writeInt(Long.BYTES);
        out.writeLong(number);
      }
      case Integer number -> {
        out.writeInt(Integer.BYTES);
        out.writeInt(number);
      }
      case Boolean is -> {
        out.writeInt(1);
        out.writeBoolean(is);
      }
      case Instant at -> {
        out.writeInt(Long.BYTES);
        out.writeLong(ChronoUnit.MICROS.between(EPOCH, at));
      }
      case UUID id -> {
        out.writeInt(2 * Long.BYTES);
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
      }
      case String text -> bytes(text.getBytes(StandardCharsets.UTF_8));
      case byte[] content -> bytes(content);
      default -> throw new IllegalArgumentException("no column holds a " + value.getClass());
    }
  }

  private void bytes(byte[] content) throws IOException {
    out.writeInt(content.length);
    out.write(content);
  }

  private void send() throws SQLException {
    copy.writeToCopy(piece.toByteArray(), 0, piece.size());
    piece.reset();
  }

  /** The database has all rows, and has checked them. */
  void end() throws SQLException, IOException {
    out.writeShort(-1);
    send();
    copy.endCopy();
  }

  /** Gives up where the end was not reached: the transaction can then only be rolled back. */
  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}
