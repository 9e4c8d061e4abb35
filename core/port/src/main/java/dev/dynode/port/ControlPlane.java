package dev.dynode.port;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppCommand.UpdateApp;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.domain.view.ReleasePage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

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
  CompletionStage<Answer<AppSummary>> createApp(
      String by, String name, Tier tier, String region, String stack);

  /** Changes the app, and gives it the name that the command holds. */
  CompletionStage<Answer<AppSummary>> renameApp(AppId app, UpdateApp update);

  /** What is asked of an app that is not deleted. */
  <T> CompletionStage<Answer<T>> ask(AppId app, AppQuery<T> query);

  /**
   * Carries out any command but {@link RunDyno}.
   *
   * @param then what is asked of the app as it is then, were it deleted by the command
   */
  <T> CompletionStage<Answer<T>> change(AppId app, AppCommand command, AppQuery<T> then);

  /**
   * Runs a one-off dyno: answered once it is created and placed. One that was asked for before may
   * have ended.
   */
  CompletionStage<Answer<DynoAnswer>> run(AppId app, RunDyno command);

  /**
   * Stops or resizes a dyno, named by name or id: answered whether it had not ended. An ended one
   * stays as it is.
   */
  CompletionStage<Answer<Boolean>> tell(AppId app, String dyno, DynoCommand command);

  /** All dynos that take a slot, page after page: in one. */
  default CompletionStage<Answer<DynoPage>> dynos(AppId app) {
    return pages(
            app,
            new AppQuery.Dynos(Optional.empty()),
            page -> page.next().map(last -> new AppQuery.Dynos(Optional.of(last))))
        .thenApply(
            answer ->
                answer.map(
                    pages ->
                        new DynoPage(
                            pages.getLast().app(),
                            pages.stream().flatMap(page -> page.dynos().stream()).toList(),
                            Optional.empty())));
  }

  /** All releases, page after page: in one. */
  default CompletionStage<Answer<ReleasePage>> releases(AppId app) {
    return pages(app, new AppQuery.Releases(0), page -> page.next().map(AppQuery.Releases::new))
        .thenApply(
            answer ->
                answer.map(
                    pages ->
                        new ReleasePage(
                            pages.getLast().app(),
                            pages.getLast().current(),
                            pages.stream().flatMap(page -> page.releases().stream()).toList(),
                            Optional.empty())));
  }

  private <P> CompletionStage<Answer<List<P>>> pages(
      AppId app, AppQuery<P> query, Function<P, Optional<AppQuery<P>>> next) {
    return ask(app, query)
        .thenCompose(
            answer ->
                answer instanceof Answer.Done<P>(P page) && next.apply(page).isPresent()
                    ? pages(app, next.apply(page).get(), next)
                        .thenApply(
                            others ->
                                others.map(
                                    rest -> Stream.concat(Stream.of(page), rest.stream()).toList()))
                    : CompletableFuture.completedStage(answer.map(List::of)));
  }

  /** Nobody has answered. The message says whether what was asked for may have been done. */
  final class Unanswered extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Unanswered(String why) {
      super(why, null, false, false);
    }
  }

  /** What was asked for, or why not. */
  sealed interface Answer<T> {
    /** The same of what was asked for. */
    default <R> Answer<R> map(Function<T, R> told) {
      return switch (this) {
        case Done<T>(T value) -> new Done<>(told.apply(value));
        case Refused<T>(Refusal why) -> new Refused<>(why);
        case Failed<T>(Failure why) -> new Failed<>(why);
      };
    }

    record Done<T>(T value) implements Answer<T> {}

    record Refused<T>(Refusal refusal) implements Answer<T> {}

    /** Something is broken. Sent only to those who have said until when they wait. */
    record Failed<T>(Failure failure) implements Answer<T> {}
  }
}
