package dev.dynode.domain.history;

import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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

  /**
   * An event, and when the journal took it.
   *
   * @param journaled to the millisecond
   */
  public record Kept(AppEvent event, Instant journaled) {
    /** When the app knew of it: of the end of a dyno it is told a while after that. */
    Instant known() {
      return event instanceof AppEvent.DynoRetired && journaled.isAfter(event.at())
          ? journaled
          : event.at();
    }
  }

  /** The last step that had been taken at a time; empty: the app did not exist yet. */
  public static Optional<Step<AppEvent, AppState, AppOrder>> until(
      Stream<Kept> events, Instant time) {
    var story = new AppStory(_ -> Optional.empty());
    @Nullable Step<AppEvent, AppState, AppOrder> last = null;
    for (Iterator<Kept> each = events.iterator(); each.hasNext(); ) {
      Kept kept = each.next();
      Step<AppEvent, AppState, AppOrder> step = story.next(kept.event());
      if (!kept.known().isAfter(time)) {
        last = step;
      }
    }
    return Optional.ofNullable(last);
  }

  /** What happened to it, oldest first: releases, dynos, and what was refused and why. */
  public static List<String> explanation(Stream<AppEvent> events) {
    return new AppExplanation(events.toList()).sentences();
  }
}
