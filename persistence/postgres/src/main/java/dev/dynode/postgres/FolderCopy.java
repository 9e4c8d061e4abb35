package dev.dynode.postgres;

import dev.dynode.domain.id.SlugId;
import dev.dynode.journal.Packed;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import dev.dynode.port.SlugStore;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.KeptLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies everything of a node that was alone into an empty database: events with their numbers,
 * times, writers, tags and places, snapshots, log lines, slugs, shared files. All in one
 * transaction: a copy that is cut off leaves nothing. Nodes that start meanwhile wait for its end.
 * Memory does not depend on how much there is.
 */
public final class FolderCopy {
  private static final List<String> TABLES =
      List.of(
          "event_journal",
          "snapshot",
          "shard_journal",
          "shard_snapshot",
          "slug",
          "log_line",
          "shared_file");
  private static final int TOLD_EVERY = 1_000;

  private final Connection connection;
  private final Source source;
  private final LongConsumer progress;
  private long histories;
  private boolean tagged;

  /**
   * What is copied; nobody may write to it meanwhile.
   *
   * @param logs folder of a {@link dev.dynode.store.FileLogStore}
   * @param folder where the shared files are
   * @param shared their names, relative to the folder; one that is missing is passed over
   */
  public record Source(
      Rows journal, Path logs, FileSlugStore slugs, Path folder, List<String> shared) {}

  /** How much was copied. */
  public record Copied(long events, long histories, long lines, long slugs) {}

  private FolderCopy(Connection connection, Source source, LongConsumer progress) {
    this.connection = connection;
    this.source = source;
    this.progress = progress;
  }

  /**
   * Does it.
   *
   * @param postgres migrated
   * @param progress told now and then how many events are copied
   * @throws IOException in one sentence, where the database holds something, does not take what is
   *     copied, or something cannot be read; nothing was copied then
   */
  public static Copied into(Postgres postgres, Source source, LongConsumer progress)
      throws IOException {
    try (Connection connection = postgres.patient()) {
      connection.setAutoCommit(false);
      try {
        Copied copied = new FolderCopy(connection, source, progress).all();
        connection.commit();
        return copied;
      } catch (SQLException | IOException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("The database does not take it: " + e.getMessage(), e);
    }
  }

  private Copied all() throws SQLException, IOException {
    SharedFiles.lock(connection);
    requireEmpty();
    long events = events();
    if (tagged) {
      tags();
    }
    snapshots();
    var copied = new Copied(events, histories, lines(), slugs());
    for (String name : source.shared()) {
      if (Files.exists(source.folder().resolve(name))) {
        SharedFiles.give(connection, source.folder(), name);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT setval(pg_get_serial_sequence('event_journal', 'ordering'), max(ordering))"
              + " FROM event_journal HAVING max(ordering) IS NOT NULL");
      statement.execute("ANALYZE " + String.join(", ", TABLES));
    }
    return copied;
  }

  private void requireEmpty() throws SQLException, IOException {
    for (String table : TABLES) {
      try (Statement statement = connection.createStatement();
          ResultSet found = statement.executeQuery("SELECT EXISTS (SELECT FROM " + table + ")")) {
        found.next();
        if (found.getBoolean(1)) {
          throw new IOException(
              "The database is not empty (table "
                  + table
                  + "): a node has used it, or an import into it was completed before. Give an"
                  + " empty one.");
        }
      }
    }
  }

  private long events() throws SQLException, IOException {
    long events = 0;
    String id = "";
    long sequence = 0;
    try (var rows =
        new BulkRows(
            connection,
            "event_journal",
            "ordering",
            "persistence_id",
            "sequence_number",
            "deleted",
            "writer",
            "write_timestamp",
            "adapter_manifest",
            "event_ser_id",
            "event_ser_manifest",
            "event_payload",
            "meta_ser_id",
            "meta_ser_manifest",
            "meta_payload")) {
      for (Iterator<Row> all = source.journal().events(); all.hasNext(); ) {
        StoredEvent event = event(all.next());
        if (!event.persistenceId().equals(id)) {
          ended(id, sequence);
          id = event.persistenceId();
          sequence = 0;
          histories++;
        }
        if (event.sequenceNr() != ++sequence) {
          throw missing(id, sequence);
        }
        tagged |= !event.tags().isEmpty();
        @Nullable Packed metadata = event.metadata().orElse(null);
        rows.row(
            event.offset(),
            id,
            sequence,
            false,
            event.writer(),
            event.timestamp(),
            event.manifest(),
            event.event().serializer(),
            event.event().manifest(),
            event.event().bytes(),
            metadata == null ? null : metadata.serializer(),
            metadata == null ? null : metadata.manifest(),
            metadata == null ? null : metadata.bytes());
        if (++events % TOLD_EVERY == 0) {
          progress.accept(events);
        }
      }
      ended(id, sequence);
      rows.end();
    }
    allThere();
    return events;
  }

  /** That the last event of an id was the last there ever was. */
  private void ended(String id, long sequence) throws IOException {
    if (!id.isEmpty() && source.journal().highest(id) != sequence) {
      throw missing(id, sequence + 1);
    }
  }

  /** That no id has lost all of its events. */
  private void allThere() throws IOException {
    long ids = 0;
    for (Iterator<Row> all = source.journal().ids(); all.hasNext(); ids++) {
      if (!(all.next() instanceof Row.Highest(String id, _))) {
        throw new IOException("The index of the journal cannot be read; see `dynode verify`.");
      } else if (source.journal().event(id, 1).isEmpty()) {
        throw missing(id, 1);
      }
    }
    if (ids != histories) {
      throw new IOException(
          "The journal has events of %d histories and knows of %d; see `dynode verify`."
              .formatted(histories, ids));
    }
  }

  private static StoredEvent event(Row row) throws IOException {
    return switch (row) {
      case Row.Event(StoredEvent event) -> event;
      case Row.Damaged(String id, long sequence, String reason) ->
          throw new IOException(
              "Event %d of %s cannot be read: %s; see `dynode verify`."
                  .formatted(sequence, id, reason));
      case Row other -> throw new AssertionError("no event: " + other);
    };
  }

  private static IOException missing(String id, long sequence) {
    return new IOException(
        "Event %d of %s is missing in the journal; see `dynode verify`.".formatted(sequence, id));
  }

  private void tags() throws SQLException, IOException {
    try (var rows = new BulkRows(connection, "event_tag", "event_id", "tag")) {
      for (Iterator<Row> all = source.journal().events(); all.hasNext(); ) {
        StoredEvent event = event(all.next());
        for (String tag : event.tags()) {
          rows.row(event.offset(), tag);
        }
      }
      rows.end();
    }
  }

  /** A snapshot that cannot be read is no loss. */
  private void snapshots() throws SQLException, IOException {
    try (var rows =
        new BulkRows(
            connection,
            "snapshot",
            "persistence_id",
            "sequence_number",
            "created",
            "snapshot_ser_id",
            "snapshot_ser_manifest",
            "snapshot_payload",
            "meta_ser_id",
            "meta_ser_manifest",
            "meta_payload")) {
      for (Iterator<Row> all = source.journal().snapshots(); all.hasNext(); ) {
        if (all.next() instanceof Row.State(var snapshot)) {
          @Nullable Packed metadata = snapshot.metadata().orElse(null);
          rows.row(
              snapshot.persistenceId(),
              snapshot.sequenceNr(),
              snapshot.timestamp(),
              snapshot.state().serializer(),
              snapshot.state().manifest(),
              snapshot.state().bytes(),
              metadata == null ? null : metadata.serializer(),
              metadata == null ? null : metadata.manifest(),
              metadata == null ? null : metadata.bytes());
        }
      }
      rows.end();
    }
  }

  private long lines() throws SQLException, IOException {
    long[] lines = {0};
    try (var rows =
        new BulkRows(
            connection,
            "log_line",
            "app",
            "at",
            "source",
            "process",
            "line",
            "dyno",
            "generation",
            "ends")) {
      KeptLines.<SQLException>each(
          source.logs(),
          (app, line, origin) -> {
            lines[0]++;
            rows.row(
                app.value(),
                line.at(),
                line.source(),
                line.process(),
                line.text().getBytes(StandardCharsets.UTF_8),
                origin == null ? null : origin.dyno().value(),
                origin == null ? null : origin.generation(),
                origin == null ? null : origin.end());
          });
      rows.end();
    }
    return lines[0];
  }

  private long slugs() throws SQLException, IOException {
    List<SlugId> all = source.slugs().all();
    for (SlugId slug : all) {
      SlugStore.Stored stored = source.slugs().stored(slug);
      PostgresSlugStore.insert(connection, slug, stored, source.slugs().archive(slug));
    }
    return all.size();
  }
}
