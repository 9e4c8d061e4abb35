package dev.dynode.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Small files that are the same on every node: keys, tokens, the authority clients trust. */
public final class SharedFiles {
  /** Any number that no other program takes for its advisory lock. */
  private static final long LOCK = 0x64_79_6e_6f_64_65L;

  private static final long AGAIN_MILLIS = 100;

  private SharedFiles() {}

  /** Makes files that are missing. */
  @FunctionalInterface
  public interface Making<T> {
    T make() throws IOException;
  }

  /**
   * Brings the files that other nodes have into the folder, has the missing ones made, and gives
   * those to the others. One node at a time does this.
   *
   * @param names relative to the folder
   */
  public static <T> T share(Postgres postgres, Path folder, List<String> names, Making<T> making)
      throws IOException {
    try (Connection connection = postgres.connection()) {
      connection.setAutoCommit(false);
      lock(connection);
      for (String name : names) {
        fetch(connection, folder, name);
      }
      T made = making.make();
      for (String name : names) {
        give(connection, folder, name);
      }
      connection.commit();
      return made;
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  /** Until the end of the transaction no node gets beyond {@link #share}. */
  static void lock(Connection connection) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT pg_try_advisory_xact_lock(?)")) {
      lock.setLong(1, LOCK);
      while (!taken(lock)) { // an import may take hours, so no answer is waited for so long
        TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", e);
    }
  }

  private static boolean taken(PreparedStatement lock) throws SQLException {
    try (ResultSet answer = lock.executeQuery()) {
      return answer.next() && answer.getBoolean(1);
    }
  }

  private static void fetch(Connection connection, Path folder, String name)
      throws SQLException, IOException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT content FROM shared_file WHERE name = ?")) {
      query.setString(1, name);
      try (ResultSet found = query.executeQuery()) {
        if (found.next()) {
          write(folder.resolve(name), found.getBytes(1));
        }
      }
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(
        file.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(part, content);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Gives a file to the others, unless they have one. */
  static void give(Connection connection, Path folder, String name)
      throws SQLException, IOException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO shared_file (name, content) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, name);
      insert.setBytes(2, Files.readAllBytes(folder.resolve(name)));
      insert.executeUpdate();
    }
  }
}
