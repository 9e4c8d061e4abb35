package dev.dynode.offline.simulate;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.journal.JournalUnavailable;
import dev.dynode.journal.Rows;
import dev.dynode.journal.StoredEvent;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.HistoryFile;
import dev.dynode.replay.HistoryFileInvalid;
import dev.dynode.replay.Offline;
import dev.dynode.replay.StoryArchive;
import dev.dynode.simulator.scenario.RecordedJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Reads what a node has recorded, for the simulator. */
final class RecordedScenario {
  private RecordedScenario() {}

  /**
   * Reads an export or, if there is none, the journal of a folder; no node may have that open.
   *
   * @throws CommandFailed if it cannot be read
   */
  static RecordedJournal of(@Nullable Path export, @Nullable Path folder) {
    var recorded = new RecordedJournal();
    var offline = new Offline();
    if (export != null) {
      file(export, offline.codec(), recorded);
    } else if (folder != null) {
      journal(folder, offline, recorded);
    }
    return recorded;
  }

  private static void file(Path file, EventCodec codec, RecordedJournal recorded) {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailed("There is no file " + file + ".");
    }
    try (var lines = new HistoryFile(file)) {
      for (var line = lines.next(); line != null; line = lines.next()) {
        add(line.id(), codec.read(line), recorded);
      }
    } catch (IOException | HistoryFileInvalid e) {
      throw new CommandFailed(file + ": " + Reason.of(e));
    }
  }

  private static void journal(Path folder, Offline offline, RecordedJournal recorded) {
    EventCodec codec = offline.codec();
    try (Rows rows = StoryArchive.rows(offline.journal(folder))) {
      for (Iterator<Rows.Row> each = rows.events(); each.hasNext(); ) {
        if (each.next() instanceof Rows.Row.Event(StoredEvent event)) {
          add(event.persistenceId(), codec.read(event.event()), recorded);
        }
      }
    } catch (JournalUnavailable e) {
      throw new CommandFailed(
          e.getMessage() + "; name a data folder with --data, or give --file an export.");
    }
  }

  private static void add(String id, Object event, RecordedJournal recorded) {
    switch (event) {
      case AppEvent of -> recorded.add(AppId.of(id.substring("App|".length())), of);
      case DynoEvent of -> recorded.add(DynoId.of(id.substring("Dyno|".length())), of);
      default -> {} // names of apps
    }
  }
}
