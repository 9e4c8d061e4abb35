package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.id.SlugId;
import java.util.ArrayList;
import java.util.List;

/** Slugs that nothing needs any more are removed with what made them so. */
final class Slugs {
  private Slugs() {}

  /** What was decided but for these. */
  static Decision<AppEvent> without(AppCommand command, Decision<AppEvent> decision) {
    return command instanceof AppCommand.RemoveSlug
            || !(decision instanceof Decision.Accepted<AppEvent>(var events))
        ? decision
        : new Decision.Accepted<>(
            events.stream().filter(event -> !(event instanceof AppEvent.SlugRemoved)).toList());
  }

  static void check(AppPast past, AppCommand command, Decision<AppEvent> decision, int kept) {
    if (command instanceof AppCommand.RemoveSlug) {
      return;
    }
    List<SlugId> removed = new ArrayList<>();
    boolean may = false;
    for (AppEvent event : decision.events()) {
      if (event instanceof AppEvent.SlugRemoved gone) {
        removed.add(gone.id());
      }
      may |=
          event instanceof AppEvent.ReleaseCreated
              || event instanceof AppEvent.SlugCreated
              || event instanceof AppEvent.DynoRetired;
    }
    List<SlugId> must = List.of();
    if (may && past.slugs.size() >= kept && !past.deleted) {
      var after = past.copy();
      decision.events().stream()
          .filter(event -> !(event instanceof AppEvent.SlugRemoved))
          .forEach(after::add);
      must = after.unneeded(kept);
    }
    same("slugs removed", removed, must);
  }
}
