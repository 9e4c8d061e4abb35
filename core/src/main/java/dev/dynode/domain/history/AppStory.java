package dev.dynode.domain.history;

import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells the story of an app event by event. Values of config vars are left out. Keeps no more than
 * the last state. Not thread-safe.
 */
public final class AppStory {
  private final Replay<AppEvent, AppState, AppOrder> replay =
      new Replay<>(new AppDecider(AppPolicy.HEROKU)); // it decides nothing here
  private final Function<DynoId, Optional<Instant>> ends;

  /**
   * @param ends when a dyno ended, if it did
   */
  public AppStory(Function<DynoId, Optional<Instant>> ends) {
    this.ends = ends;
  }

  /**
   * What the next event changed, and what was ordered because of it.
   *
   * @throws IllegalStateException if it cannot follow those before it
   */
  public Step<AppEvent, AppState, AppOrder> next(AppEvent event) {
    return replay.next(event);
  }

  /** What became of an order of a step. */
  public Outcome outcome(Step<AppEvent, AppState, AppOrder> step, AppOrder order) {
    Optional<Instant> end =
        switch (order) {
          case AppOrder.LaunchDyno(_, DynoSpec spec) -> ends.apply(spec.id());
          case AppOrder.StopDyno(_, DynoId id, _) -> ends.apply(id);
          case AppOrder.WriteLog _, AppOrder.Dismantle _, AppOrder.RemoveSlugs _ ->
              Optional.empty();
        };
    return end.map(
            at ->
                new Outcome(Outcome.Kind.DONE, "over after " + Spoken.span(step.event().at(), at)))
        .orElse(new Outcome(Outcome.Kind.UNTOLD, ""));
  }

  /** A state in few words: its release, and how many dynos take a slot. */
  public static String word(AppState state) {
    return switch (state) {
      case AppState.Absent _ -> "none";
      case App app when app.deletedAt().isPresent() -> "deleted";
      case App app when app.releases().isEmpty() -> "created";
      case App app ->
          "v" + app.currentRelease().version() + ", " + Spoken.count(app.roster().size(), "dyno");
    };
  }

  /**
   * The parts of a state that people look at.
   *
   * @param config names of the config vars
   * @param dynos command of each dyno that takes a slot, by name
   */
  public record Summary(
      String name,
      String tier,
      boolean maintenance,
      String release,
      List<String> config,
      Map<String, String> processTypes,
      Map<String, String> dynos) {}

  /** What an app was; empty before it was. */
  public static Optional<Summary> summary(AppState state) {
    if (!(state instanceof App app)) {
      return Optional.empty();
    }
    var dynos = new LinkedHashMap<String, String>();
    app.roster()
        .values()
        .forEach(dyno -> dynos.put(dyno.spec().name().toString(), dyno.spec().command()));
    boolean released = !app.releases().isEmpty();
    return Optional.of(
        new Summary(
            app.name(),
            app.tier().name().toLowerCase(Locale.ROOT),
            app.maintenance(),
            released
                ? "v%d: %s"
                    .formatted(app.currentRelease().version(), app.currentRelease().description())
                : "",
            app.config().keySet().stream().sorted().toList(),
            released ? app.processTypes() : Map.of(),
            dynos));
  }

  /** What happened to it, oldest first: releases, dynos, and what was refused and why. */
  public static List<String> explanation(Stream<AppEvent> events) {
    var story = new AppStory(_ -> Optional.empty());
    return events.map(story::next).map(AppStory::sentence).toList();
  }

  private static String sentence(Step<AppEvent, AppState, AppOrder> step) {
    AppEvent event = step.event();
    String when = Spoken.at(event.at());
    return switch (event) {
      case AppEvent.AppCreated created ->
          "%s: %s created the app %s.".formatted(when, created.by(), created.name());
      case AppEvent.AppUpdated updated -> when + ": " + updated(updated) + ".";
      case AppEvent.ConfigVarsChanged changed ->
          "%s: %s %s.".formatted(when, changed.by(), changed(changed));
      case AppEvent.SlugCreated slug ->
          "%s: %s made slug %s.".formatted(when, slug.by(), slug.id());
      case AppEvent.SlugStored stored ->
          "%s: its archive was stored, %d bytes.".formatted(when, stored.bytes());
      case AppEvent.SlugRemoved removed ->
          "%s: slug %s was removed, for nothing needed it any more.".formatted(when, removed.id());
      case AppEvent.ReleaseCreated release ->
          "%s: %s made release v%d: %s."
              .formatted(when, release.by(), release.version(), release.description());
      case AppEvent.DynoRequested requested ->
          "%s: %s was granted %s for `%s`."
              .formatted(when, requested.by(), requested.spec().name(), requested.spec().command());
      case AppEvent.DynoRefused refused ->
          "%s: %s asked for `%s`%s and was refused: %s"
              .formatted(
                  when,
                  refused.by(),
                  refused.command(),
                  refused.size().map(size -> " of size " + size).orElse(""),
                  refused.message());
      case AppEvent.DynoRetired retired ->
          "%s: %s was over%s."
              .formatted(
                  when,
                  name(retired.id(), step.before()),
                  retired.status().map(status -> ", status " + status).orElse(""));
      case AppEvent.AppDeleted deleted -> "%s: %s deleted the app.".formatted(when, deleted.by());
    };
  }

  private static String name(DynoId dyno, AppState before) {
    @Nullable Requested requested = before instanceof App app ? app.roster().get(dyno) : null;
    return requested == null ? dyno.toString() : requested.spec().name().toString();
  }

  private static String updated(AppEvent.AppUpdated updated) {
    return updated.by()
        + updated.name().map(name -> " named it " + name).orElse("")
        + updated.maintenance().map(on -> " turned maintenance " + (on ? "on" : "off")).orElse("")
        + updated.tier().map(tier -> " gave it the tier " + tier.name()).orElse("");
  }

  private static String changed(AppEvent.ConfigVarsChanged changed) {
    String set = changed.set().keySet().stream().sorted().collect(Collectors.joining(", "));
    String removed = changed.removed().stream().sorted().collect(Collectors.joining(", "));
    return (set.isEmpty() ? "" : "set " + set)
        + (set.isEmpty() || removed.isEmpty() ? "" : " and ")
        + (removed.isEmpty() ? "" : "removed " + removed);
  }
}
