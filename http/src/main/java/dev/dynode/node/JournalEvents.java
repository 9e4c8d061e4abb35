package dev.dynode.node;

import dev.dynode.api.EventLog;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.read.EventHistory;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;

/** The journal, as the API reads it. */
record JournalEvents(EventHistory history, ActorSystem<?> system) implements EventLog {
  @Override
  public CompletionStage<List<DynoEvent>> ofDyno(DynoId dyno) {
    return all("Dyno|" + dyno, DynoEvent.class);
  }

  @Override
  public CompletionStage<List<AppEvent>> ofApp(AppId app) {
    return all("App|" + app, AppEvent.class);
  }

  private <E> CompletionStage<List<E>> all(String id, Class<E> kind) {
    return history.of(id).map(record -> kind.cast(record.event())).runWith(Sink.seq(), system);
  }
}
