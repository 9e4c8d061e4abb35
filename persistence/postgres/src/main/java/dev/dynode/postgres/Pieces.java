package dev.dynode.postgres;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Enumeration;
import java.util.NoSuchElementException;
import java.util.UUID;

/** The pieces of a slug's archive in order, each read when it is asked for. */
@SuppressWarnings("JdkObsolete") // what SequenceInputStream takes
final class Pieces implements Enumeration<InputStream> {
  private final Connection connection;
  private final UUID slug;
  private int piece;
  private byte[] next;

  Pieces(Connection connection, UUID slug) throws SQLException {
    this.connection = connection;
    this.slug = slug;
    next = read();
  }

  private byte[] read() throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT content FROM slug_piece WHERE slug = ? AND piece = ?")) {
      query.setObject(1, slug);
      query.setInt(2, piece++);
      try (ResultSet found = query.executeQuery()) {
        return found.next() ? found.getBytes(1) : new byte[0];
      }
    }
  }

  @Override
  public boolean hasMoreElements() {
    return next.length > 0;
  }

  @Override
  public InputStream nextElement() {
    if (next.length == 0) {
      throw new NoSuchElementException();
    }
    InputStream content = new ByteArrayInputStream(next);
    try {
      next = read();
    } catch (SQLException e) { // the archive's checksum will not fit
      next = new byte[0];
    }
    return content;
  }
}
