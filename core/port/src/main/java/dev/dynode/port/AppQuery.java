package dev.dynode.port;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppState.Slug;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.view.AppReading;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.ConfigVars;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.domain.view.ProcessTypes;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.domain.view.ReleaseSummary;
import dev.dynode.domain.view.SlugView;
import dev.dynode.domain.view.StateDigest;
import dev.dynode.port.ControlPlane.Answer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A question to an app. It names what it wants, and the answer is no larger than the limits of the
 * configuration allow, whatever the app's age: state never leaves its actor.
 */
public sealed interface AppQuery<T> {
  /** The answer of the app's actor. */
  Answer<T> of(AppReading app);

  /** The app itself. */
  record Summary() implements AppQuery<AppSummary> {
    @Override
    public Answer<AppSummary> of(AppReading reading) {
      return new Answer.Done<>(AppSummary.of(reading.app()));
    }
  }

  /** The dynos that take a slot, page by page. */
  record Dynos(Optional<DynoId> after) implements AppQuery<DynoPage> {
    @Override
    public Answer<DynoPage> of(AppReading reading) {
      return new Answer.Done<>(reading.dynos(after));
    }
  }

  /** One dyno, by name or id. */
  record Dyno(String identity) implements AppQuery<DynoAnswer> {
    @Override
    public Answer<DynoAnswer> of(AppReading reading) {
      return found("dyno", reading.dyno(identity));
    }
  }

  /** The releases after a version, page by page; 0: from the first. */
  record Releases(int after) implements AppQuery<ReleasePage> {
    @Override
    public Answer<ReleasePage> of(AppReading reading) {
      return new Answer.Done<>(reading.releases(after));
    }
  }

  /** One release, by id, version or {@code current}: a page of it alone. */
  record Release(String identity) implements AppQuery<ReleasePage> {
    @Override
    public Answer<ReleasePage> of(AppReading reading) {
      return found(
          "release",
          reading
              .release(identity)
              .map(
                  release ->
                      new ReleasePage(
                          reading.app().name(),
                          reading.app().currentRelease().version(),
                          List.of(ReleaseSummary.of(release)),
                          Optional.empty())));
    }
  }

  /** The config vars, or those of a release. */
  record Config(Optional<String> release) implements AppQuery<ConfigVars> {
    @Override
    public Answer<ConfigVars> of(AppReading reading) {
      return release.isEmpty()
          ? new Answer.Done<>(new ConfigVars(reading.app().config()))
          : found(
              "release",
              reading.release(release.get()).map(found -> new ConfigVars(found.config())));
    }
  }

  /** What the current release declares. */
  record Formation() implements AppQuery<ProcessTypes> {
    @Override
    public Answer<ProcessTypes> of(AppReading reading) {
      return new Answer.Done<>(
          new ProcessTypes(AppSummary.of(reading.app()), reading.app().processTypes()));
    }
  }

  /** One slug. */
  record OneSlug(SlugId id) implements AppQuery<SlugView> {
    @Override
    public Answer<SlugView> of(AppReading reading) {
      Slug slug = reading.app().slugs().get(id);
      return slug == null && reading.app().hasRemoved(id)
          ? new Answer.Refused<>(
              Refusal.gone(
                  "This slug was removed: newer releases followed, and no dyno runs it. Deploy its"
                      + " code again."))
          : found("slug", Optional.ofNullable(slug).map(s -> SlugView.of(reading.app().id(), s)));
    }
  }

  /** A fingerprint of all that the app knows. */
  record Digest() implements AppQuery<StateDigest> {
    @Override
    public Answer<StateDigest> of(AppReading reading) {
      return new Answer.Done<>(StateDigest.of(reading.app()));
    }
  }

  private static <T> Answer<T> found(String what, Optional<T> value) {
    Function<T, Answer<T>> done = Answer.Done::new;
    return value.map(done).orElseGet(() -> new Answer.Refused<>(Refusal.notFound(what)));
  }
}
