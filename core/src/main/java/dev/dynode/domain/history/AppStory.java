package dev.dynode.domain.history;

import dev.dynode.domain.app.AppEvent;
import java.util.List;
import java.util.stream.Collectors;

/** The story of an app as far as it was journaled. Values of config vars are left out. */
public record AppStory(List<AppEvent> events) {
  public AppStory {
    events = List.copyOf(events);
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
                  name(retired),
                  retired.status().map(status -> ", status " + status).orElse(""));
      case AppEvent.AppDeleted deleted -> "%s: %s deleted the app.".formatted(when, deleted.by());
    };
  }

  private String name(AppEvent.DynoRetired retired) {
    return events.stream()
        .filter(AppEvent.DynoRequested.class::isInstance)
        .map(event -> ((AppEvent.DynoRequested) event).spec())
        .filter(spec -> spec.id().equals(retired.id()))
        .map(spec -> spec.name().toString())
        .findFirst()
        .orElse(retired.id().toString());
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
