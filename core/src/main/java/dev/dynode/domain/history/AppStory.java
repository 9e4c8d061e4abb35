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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The story of an app as far as it was journaled. Values of config vars are left out. */
public final class AppStory {
  private final List<AppEvent> events;
  private final Map<DynoId, String> names = new HashMap<>();
  private final Map<DynoId, End> ends = new HashMap<>();

  private record End(long sequence, Instant at) {}

  public AppStory(List<AppEvent> events) {
    this.events = List.copyOf(events);
    long sequence = 0;
    for (AppEvent event : events) {
      sequence++;
      switch (event) {
        case AppEvent.DynoRequested requested ->
            names.put(requested.spec().id(), requested.spec().name().toString());
        case AppEvent.DynoRetired retired ->
            ends.put(retired.id(), new End(sequence, retired.at()));
        default -> {}
      }
    }
  }

  /**
   * Each event, what it changed, and what was ordered because of it.
   *
   * @throws IllegalStateException if one cannot follow those before it
   */
  public List<Step<AppEvent, AppState, AppOrder>> steps() {
    var replay = new Replay<>(new AppDecider(AppPolicy.HEROKU)); // it decides nothing here
    return events.stream().map(replay::next).toList();
  }

  /** What became of an order of a step. */
  public Outcome outcome(Step<AppEvent, AppState, AppOrder> step, AppOrder order) {
    return switch (order) {
      case AppOrder.LaunchDyno(_, DynoSpec spec) -> over(spec.id(), step);
      case AppOrder.StopDyno(_, DynoId id, _) -> over(id, step);
      case AppOrder.WriteLog _, AppOrder.Dismantle _ -> new Outcome(Outcome.Kind.UNTOLD, "");
    };
  }

  private Outcome over(DynoId dyno, Step<AppEvent, AppState, AppOrder> step) {
    End end = ends.get(dyno);
    return end == null
        ? new Outcome(Outcome.Kind.UNTOLD, "")
        : new Outcome(
            Outcome.Kind.DONE,
            "over after %s (%d)"
                .formatted(Spoken.span(step.event().at(), end.at()), end.sequence()));
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
  public List<String> explanation() {
    return events.stream().map(this::sentence).toList();
  }

  private String sentence(AppEvent event) {
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
                  names.getOrDefault(retired.id(), retired.id().toString()),
                  retired.status().map(status -> ", status " + status).orElse(""));
      case AppEvent.AppDeleted deleted -> "%s: %s deleted the app.".formatted(when, deleted.by());
    };
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
