package dev.dynode.domain.history;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says from an app's events alone what happened to it, and who was counted where a limit refused.
 * What it decided stands in the order it was decided in, the end of a dyno where it ended: the app
 * is told of that a while later, and counts the dyno until then.
 */
final class AppExplanation {
  /** More names would hide the sentence. */
  private static final int MOST_NAMES = 10;

  private final List<AppEvent> events;
  private final Map<DynoId, Instant> ends = new HashMap<>();

  AppExplanation(List<AppEvent> events) {
    this.events = events;
    for (AppEvent event : events) {
      if (event instanceof AppEvent.DynoRetired retired) {
        ends.putIfAbsent(retired.id(), retired.at());
      }
    }
  }

  private record Said(Instant at, String sentence) {}

  List<String> sentences() {
    var story = new AppStory(_ -> Optional.empty());
    List<Said> said = new ArrayList<>();
    Instant decided = Instant.MIN;
    for (AppEvent event : events) {
      var step = story.next(event);
      if (!(event instanceof AppEvent.DynoRetired)) { // a clock may have been set back
        decided = event.at().isAfter(decided) ? event.at() : decided;
      }
      said.add(
          new Said(
              event instanceof AppEvent.DynoRetired ? event.at() : decided,
              Spoken.at(event.at()) + ": " + sentence(step)));
    }
    return said.stream().sorted(Comparator.comparing(Said::at)).map(Said::sentence).toList();
  }

  private String sentence(Step<AppEvent, AppState, AppOrder> step) {
    return switch (step.event()) {
      case AppEvent.AppCreated created -> created.by() + " created the app " + created.name() + ".";
      case AppEvent.AppUpdated updated -> updated(updated) + ".";
      case AppEvent.ConfigVarsChanged changed -> changed.by() + " " + changed(changed) + ".";
      case AppEvent.SlugCreated slug -> slug.by() + " made slug " + slug.id() + ".";
      case AppEvent.SlugStored stored -> "its archive was stored, " + stored.bytes() + " bytes.";
      case AppEvent.SlugRemoved removed ->
          "slug " + removed.id() + " was removed, for nothing needed it any more.";
      case AppEvent.ReleaseCreated release ->
          "%s made release v%d: %s."
              .formatted(release.by(), release.version(), release.description());
      case AppEvent.DynoRequested requested ->
          "%s was granted %s for `%s`."
              .formatted(requested.by(), requested.spec().name(), requested.spec().command());
      case AppEvent.DynoRefused refused ->
          "%s asked for `%s`%s and was refused: %s%s"
              .formatted(
                  refused.by(),
                  refused.command(),
                  refused.size().map(size -> " of size " + size).orElse(""),
                  refused.message(),
                  counted(refused, step.before()));
      case AppEvent.DynoRetired retired ->
          "%s was over%s."
              .formatted(
                  name(retired.id(), step.before()),
                  retired.status().map(status -> ", status " + status).orElse(""));
      case AppEvent.AppDeleted deleted -> deleted.by() + " deleted the app.";
    };
  }

  /** Who took the slots when a limit refused, and who of them was over already. */
  private String counted(AppEvent.DynoRefused refused, AppState before) {
    if (refused.reason() != Refusal.Reason.OVER_LIMIT || !(before instanceof App app)) {
      return "";
    }
    DynoSize size =
        refused.size().flatMap(DynoSize::named).orElseGet(() -> app.tier().defaultOneOffSize());
    List<Requested> counted = app.counted(size);
    List<Requested> over =
        counted.stream()
            .filter(dyno -> !ends.getOrDefault(dyno.spec().id(), Instant.MAX).isAfter(refused.at()))
            .toList();
    return " %s counted: %s.%s"
        .formatted(
            Spoken.count(counted.size(), "dyno") + (counted.size() == 1 ? " was" : " were"),
            names(counted),
            over.isEmpty()
                ? ""
                : " Of them %s over, which the app had not been told yet: %s."
                    .formatted(over.size() == 1 ? "1 was" : over.size() + " were", names(over)));
  }

  private static String names(List<Requested> dynos) {
    String names =
        dynos.stream()
            .limit(MOST_NAMES)
            .map(dyno -> dyno.spec().name().toString())
            .collect(Collectors.joining(", "));
    return dynos.size() <= MOST_NAMES
        ? names
        : names + " and " + (dynos.size() - MOST_NAMES) + " more";
  }

  private static String name(DynoId dyno, AppState before) {
    @Nullable Requested requested = before instanceof App app ? app.roster().get(dyno) : null;
    return requested == null ? dyno.toString() : requested.spec().name().toString();
  }

  private static String updated(AppEvent.AppUpdated updated) {
    return updated.by()
        + updated.name().map(name -> " named it " + name).orElse("")
        + updated.maintenance().map(on -> " turned maintenance " + (on ? "on" : "off")).orElse("")
        + updated.tier().map(tier -> " gave it the tier " + tier.wire()).orElse("");
  }

  private static String changed(AppEvent.ConfigVarsChanged changed) {
    String set = changed.set().keySet().stream().sorted().collect(Collectors.joining(", "));
    String removed = changed.removed().stream().sorted().collect(Collectors.joining(", "));
    return (set.isEmpty() ? "" : "set " + set)
        + (set.isEmpty() || removed.isEmpty() ? "" : " and ")
        + (removed.isEmpty() ? "" : "removed " + removed);
  }
}
