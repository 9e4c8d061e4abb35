package dev.dynode.postgres;

import dev.dynode.domain.id.SlugId;
import dev.dynode.port.SlugStore;
import dev.dynode.store.FileSlugStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Slugs in the database, and a copy of those this node has had to do with in its own folder. An
 * archive is stored in pieces, all in one transaction. Thread-safe.
 */
public final class PostgresSlugStore implements SlugStore {
  private static final int PIECE = 1 << 20;

  private final Postgres postgres;
  private final FileSlugStore here;
  private final Set<SlugId> coming = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<SlugId, ReentrantLock> fetching = new ConcurrentHashMap<>();

  /**
   * @param here this node's copies; may be thrown away while the node is not running
   */
  public PostgresSlugStore(Postgres postgres, FileSlugStore here) {
    this.postgres = postgres;
    this.here = here;
  }

  @Override
  public Stored put(SlugId slug, InputStream archive, @Nullable String expectedChecksum)
      throws IOException, Rejected {
    coming.add(slug);
    try {
      return store(slug, here.put(slug, archive, expectedChecksum));
    } finally {
      coming.remove(slug);
    }
  }

  private Stored store(SlugId slug, Stored stored) throws IOException {
    try (Connection connection = postgres.connection()) {
      connection.setAutoCommit(false);
      update(connection, "DELETE FROM slug WHERE id = ?", slug.value());
      insert(connection, slug, stored, here.archive(slug));
      connection.commit();
      connection.setAutoCommit(true);
      forgetRemoved(connection);
      return stored;
    } catch (SQLException e) {
      here.remove(slug);
      throw new IOException("the slug could not be stored: " + e.getMessage(), e);
    }
  }

  static void insert(Connection connection, SlugId slug, Stored stored, Path archive)
      throws SQLException, IOException {
    update(
        connection,
        "INSERT INTO slug (id, bytes, checksum) VALUES (?, ?, ?)",
        slug.value(),
        stored.bytes(),
        stored.checksum());
    try (InputStream packed = Files.newInputStream(archive)) {
      byte[] piece = packed.readNBytes(PIECE);
      for (int number = 0; piece.length > 0; number++) {
        update(
            connection,
            "INSERT INTO slug_piece (slug, piece, content) VALUES (?, ?, ?)",
            slug.value(),
            number,
            piece);
        piece = packed.readNBytes(PIECE);
      }
    }
  }

  private static void update(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.executeUpdate();
    }
  }

  @Override
  public Path tree(SlugId slug) throws IOException {
    fetch(slug);
    return here.tree(slug);
  }

  /** The archive as it was uploaded. */
  public Path archive(SlugId slug) throws IOException {
    fetch(slug);
    return here.archive(slug);
  }

  /** Copies a slug that another node was given. */
  private void fetch(SlugId slug) throws IOException {
    if (here.has(slug)) {
      return;
    }
    ReentrantLock lock = fetching.computeIfAbsent(slug, _ -> new ReentrantLock());
    lock.lock();
    try (Connection connection = postgres.connection()) {
      String checksum = here.has(slug) ? null : checksum(connection, slug.value());
      if (checksum != null) {
        here.put(slug, new SequenceInputStream(new Pieces(connection, slug.value())), checksum);
        forgetRemoved(connection);
      }
    } catch (SQLException | Rejected e) {
      throw new IOException("slug " + slug + " could not be fetched: " + e.getMessage(), e);
    } finally {
      lock.unlock();
      fetching.remove(slug);
    }
  }

  /**
   * Gives up the copies of slugs that were removed meanwhile, through whichever node. No dyno runs
   * them, or they would not be.
   */
  private void forgetRemoved(Connection connection) throws SQLException, IOException {
    List<SlugId> copies = here.all();
    copies.removeAll(coming);
    Object[] ids = copies.stream().map(SlugId::value).toArray();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT id FROM slug WHERE id = ANY (?)")) {
      query.setArray(1, connection.createArrayOf("uuid", ids));
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          copies.remove(new SlugId(found.getObject(1, UUID.class)));
        }
      }
    }
    for (SlugId removed : copies) {
      here.remove(removed);
    }
  }

  private static @Nullable String checksum(Connection connection, UUID slug) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT checksum FROM slug WHERE id = ?")) {
      query.setObject(1, slug);
      try (ResultSet found = query.executeQuery()) {
        return found.next() ? found.getString(1) : null;
      }
    }
  }

  @Override
  public boolean has(SlugId slug) {
    if (here.has(slug)) {
      return true;
    }
    try (Connection connection = postgres.connection()) {
      return checksum(connection, slug.value()) != null;
    } catch (SQLException e) {
      throw new IllegalStateException("the database does not answer: " + e.getMessage(), e);
    }
  }

  @Override
  public void remove(SlugId slug) throws IOException {
    try (Connection connection = postgres.connection()) {
      update(connection, "DELETE FROM slug WHERE id = ?", slug.value());
    } catch (SQLException e) {
      throw new IOException("slug " + slug + " could not be removed: " + e.getMessage(), e);
    }
    here.remove(slug);
  }
}
