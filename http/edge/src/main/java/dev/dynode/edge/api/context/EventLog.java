package dev.dynode.edge.api.context;

import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Reads the journal. Thread-safe. */
public interface EventLog {
  /** How many dynos that have ended are listed; each of the others can be asked for by its id. */
  int LISTED = 1_000;

  /** Everything that happened to the dyno, oldest first; empty for one that never was. */
  CompletionStage<List<DynoEvent>> ofDyno(DynoId dyno);

  /**
   * A dyno of the app by id or name, however long ago it ended; of several of a name, the latest.
   */
  CompletionStage<Optional<DynoId>> find(AppId app, String identity);

  /** One dyno of the app that has ended, however long ago. */
  CompletionStage<Optional<DynoView>> ended(AppId app, DynoId dyno);

  /** The last {@link #LISTED} dynos of the app that have ended, the latest first. */
  CompletionStage<List<DynoView>> lastEnded(AppId app);

  /** How many events an app has. Blocks. */
  long count(AppId app);

  /**
   * What happened to an app itself, its dynos' requests and ends included, oldest first. Blocks as
   * it is read, and must be closed.
   */
  Stream<Kept> ofApp(AppId app);

  /** When a dyno's story was over, if it is. Blocks. */
  Optional<Instant> end(DynoId dyno);
}
