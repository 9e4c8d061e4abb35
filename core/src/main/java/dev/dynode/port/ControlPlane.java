package dev.dynode.port;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppCommand.UpdateApp;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the edges may ask of the control plane. Thread-safe, never blocks. Every stage completes
 * within the ask timeout; it fails with {@link Unanswered} where nobody has answered. An answer
 * means what it says: what is told as done is journaled, and what is told as not done does not
 * happen later.
 */
public interface ControlPlane {
  /**
   * The same for somebody who waits until then at most: nothing that is asked through it is done
   * later, however many steps it takes.
   */
  ControlPlane until(Instant notAfter);

  /** Names of all apps and whose they are, oldest first; may lag behind by a moment. */
  Map<String, AppId> apps();

  /** The app of a name or id, also if it has that since this moment. */
  CompletionStage<Optional<AppId>> find(String identity);

  /** Claims the name and creates the app. */
  CompletionStage<Answer<AppView>> createApp(
      String by, String name, Tier tier, String region, String stack);

  /** Changes the app, and gives it the name that the command holds. */
  CompletionStage<Answer<AppView>> renameApp(AppId app, UpdateApp update);

  /** The app in brief: see {@link App#brief}. */
  CompletionStage<Answer<AppView>> glance(AppId app);

  /** All that the app remembers. */
  CompletionStage<Answer<AppView>> look(AppId app);

  /** Carries out any command but {@link RunDyno}; answered in brief. */
  CompletionStage<Answer<AppView>> change(AppId app, AppCommand command);

  /** Runs a one-off dyno: answered once it is created and placed. */
  CompletionStage<Answer<DynoView>> run(AppId app, RunDyno command);

  /** Stops or resizes a dyno; an ended one stays as it is. */
  CompletionStage<Answer<DynoView>> tell(AppId app, DynoId dyno, DynoCommand command);

  /** Nobody has answered. The message says whether what was asked for may have been done. */
  final class Unanswered extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Unanswered(String why) {
      super(why, null, false, false);
    }
  }

  /** What was asked for, or why not. */
  sealed interface Answer<T> {
    record Done<T>(T value) implements Answer<T> {}

    record Refused<T>(Refusal refusal) implements Answer<T> {}

    /** Something is broken. Sent only to those who have said until when they wait. */
    record Failed<T>(Failure failure) implements Answer<T> {}
  }

  /**
   * An app and its dynos at one moment.
   *
   * @param live dynos that take a slot, in order of request
   */
  record AppView(App app, List<DynoView> live) {
    /** The last dynos that ended, oldest first. */
    public List<DynoView> finished() {
      return app.finished().values().stream().map(DynoView::of).toList();
    }

    /** A live or finished dyno by id or name. */
    public Optional<DynoView> dyno(String identity) {
      return app.dyno(identity)
          .flatMap(
              id ->
                  live.stream()
                      .filter(view -> view.spec().id().equals(id))
                      .findAny()
                      .or(() -> Optional.ofNullable(app.finished().get(id)).map(DynoView::of)));
    }
  }
}
