package dev.dynode.domain.history;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppEvent.ReleaseCreated;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.id.ReleaseId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What was asked for before an event of an app, decided again. Limits are the operator's choice and
 * may have changed: none is applied.
 */
final class AppAgain {
  static final AppDecider RULES = new AppDecider(AppPolicy.unlimited(DynoPolicy.HEROKU));

  private static final String ROLLBACK = "Rollback to v";
  private static final int FIRST_NUMBER = 1000;

  private static final ReleaseId UNKNOWN = new ReleaseId(new UUID(0, 0));

  private AppAgain() {}

  static List<Decision<AppEvent>> decide(AppState before, List<AppEvent> next) {
    AppEvent event = next.getFirst();
    Instant now = event.at();
    if (event instanceof AppEvent.DynoRequested requested) {
      var rules = new AppDecider(AppPolicy.unlimited(requested.spec().policy()));
      return List.of(untold(requested, rules.decide(before, run(requested), now)));
    }
    return commands(before, event, next).stream()
        .map(command -> RULES.decide(before, command, now))
        .toList();
  }

  private static List<AppCommand> commands(AppState before, AppEvent event, List<AppEvent> next) {
    Optional<ReleaseCreated> release =
        next.stream()
            .limit(2)
            .filter(ReleaseCreated.class::isInstance)
            .map(ReleaseCreated.class::cast)
            .findFirst();
    return switch (event) {
      case AppEvent.AppCreated(_, String by, var id, var name, var tier, var region, var stack) ->
          List.of(new AppCommand.CreateApp(by, id, id(release), name, tier, region, stack));
      case AppEvent.AppUpdated(_, String by, var name, var maintenance, var tier) ->
          List.of(new AppCommand.UpdateApp(by, name, maintenance, tier));
      case AppEvent.ConfigVarsChanged changed -> {
        var commands = new ArrayList<AppCommand>();
        release.flatMap(made -> rollBack(before, made)).ifPresent(commands::add);
        commands.add(setConfig(changed, id(release)));
        yield commands;
      }
      case AppEvent.SlugCreated slug ->
          List.of(
              new AppCommand.CreateSlug(
                  slug.by(),
                  slug.id(),
                  slug.processTypes(),
                  slug.checksum(),
                  slug.commit(),
                  slug.commitDescription(),
                  slug.buildpackDescription(),
                  slug.stack()));
      case AppEvent.SlugStored(_, String by, var id, long bytes, String checksum) ->
          List.of(new AppCommand.ReportSlugStored(by, id, bytes, checksum));
      case AppEvent.SlugRemoved(_, String by, var id) -> List.of(new AppCommand.RemoveSlug(by, id));
      case ReleaseCreated made -> {
        var commands = new ArrayList<AppCommand>();
        rollBack(before, made).ifPresent(commands::add);
        made.slug()
            .map(
                slug ->
                    new AppCommand.CreateRelease(
                        made.by(), made.id(), slug, Optional.of(made.description())))
            .ifPresent(commands::add);
        yield commands;
      }
      case AppEvent.DynoRefused(
              _,
              String by,
              var id,
              var command,
              var size,
              var why,
              var message) ->
          List.of(
              new AppCommand.RefuseDyno(
                  new AppCommand.RunDyno(
                      by,
                      id,
                      0,
                      command,
                      "run",
                      size,
                      false,
                      false,
                      Map.of(),
                      Optional.empty(),
                      Optional.empty()),
                  new Refusal(why, message, Map.of())));
      case AppEvent.DynoRetired(Instant at, String by, var id, var ending, var status) ->
          List.of(new AppCommand.RetireDyno(by, id, ending, status, at));
      case AppEvent.AppDeleted(_, String by) -> List.of(new AppCommand.DeleteApp(by));
      case AppEvent.DynoRequested _ -> throw new AssertionError("handled above");
    };
  }

  private static ReleaseId id(Optional<ReleaseCreated> release) {
    return release.map(ReleaseCreated::id).orElse(UNKNOWN);
  }

  private static AppCommand setConfig(AppEvent.ConfigVarsChanged changed, ReleaseId release) {
    var vars = new HashMap<String, Optional<String>>();
    changed.set().forEach((name, value) -> vars.put(name, Optional.of(value)));
    changed.removed().forEach(name -> vars.put(name, Optional.empty()));
    return new AppCommand.SetConfig(changed.by(), release, vars);
  }

  private static Optional<AppCommand> rollBack(AppState before, ReleaseCreated made) {
    return before instanceof App app && made.description().startsWith(ROLLBACK)
        ? app.releases().stream()
            .filter(target -> made.description().equals(ROLLBACK + target.version()))
            .findAny()
            .map(target -> new AppCommand.RollBack(made.by(), made.id(), target.id()))
        : Optional.empty();
  }

  /** Where the event does not tell why the size was chosen, the decision need not either. */
  private static Decision<AppEvent> untold(
      AppEvent.DynoRequested requested, Decision<AppEvent> decision) {
    return requested.spec().sizing() == Sizing.UNTOLD
            && decision.events().size() == 1
            && decision.events().getFirst() instanceof AppEvent.DynoRequested again
        ? Decision.accept(
            new AppEvent.DynoRequested(
                again.at(), again.by(), again.spec().sized(Sizing.UNTOLD), again.idempotencyKey()))
        : decision;
  }

  private static AppCommand run(AppEvent.DynoRequested requested) {
    DynoSpec spec = requested.spec();
    return new AppCommand.RunDyno(
        requested.by(),
        spec.id(),
        spec.name().number() - FIRST_NUMBER,
        spec.marksExit() ? ExitMarker.mark(spec.command()) : spec.command(),
        spec.name().type(),
        spec.sizing() == Sizing.TIER ? Optional.empty() : Optional.of(spec.size()),
        spec.attach(),
        spec.terminal(),
        spec.env(),
        spec.timeToLive(),
        requested.idempotencyKey());
  }
}
