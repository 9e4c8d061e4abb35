package dev.dynode.api;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads the journal. Thread-safe, never blocks. */
public interface EventLog {
  /** Everything that happened to the dyno, oldest first; empty for one that never was. */
  CompletionStage<List<DynoEvent>> ofDyno(DynoId dyno);

  /** The same of an app itself, its dynos' requests and ends included. */
  CompletionStage<List<AppEvent>> ofApp(AppId app);

  /**
   * A dyno of the app by id or name, however long ago it ended; of several of a name, the latest.
   */
  CompletionStage<Optional<DynoId>> find(AppId app, String identity);
}
