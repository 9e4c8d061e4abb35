package dev.dynode.domain.history;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppEvent.ReleaseCreated;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Limit;
import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
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
 * may have changed: of each decision the limit that its event tells is applied.
 */
final class AppRedecision {
  static final AppDecider RULES = new AppDecider(AppPolicy.unlimited(DynoPolicy.HEROKU));

  private static final String ROLLBACK = "Rollback to v"; // how older events tell of it
  private static final int FIRST_NUMBER = 1000;

  private static final ReleaseId UNKNOWN = new ReleaseId(new UUID(0, 0));

  private AppRedecision() {}

  static List<Decision<AppEvent>> decide(AppState before, List<AppEvent> next) {
    AppEvent event = next.getFirst();
    return switch (event) {
      case AppEvent.DynoRequested granted ->
          List.of(
              untold(
                  granted,
                  rules(granted.spec().policy(), granted.limit())
                      .decide(before, run(granted), granted.at())));
      case AppEvent.DynoRefused refused when before instanceof App app ->
          List.of(
              untold(
                  refused,
                  rules(DynoPolicy.HEROKU, Limit.of(refused, app.tier()))
                      .decide(before, refuse(app, refused), refused.at())));
      default ->
          commands(before, event, next).stream()
              .map(command -> untold(next, RULES.decide(before, command, event.at())))
              .toList();
    };
  }

  /** With no limit but the one that the event tells. */
  private static AppDecider rules(DynoPolicy times, Optional<Limit> limit) {
    return new AppDecider(
        limit
            .map(known -> AppPolicy.limited(times, known))
            .orElseGet(() -> AppPolicy.unlimited(times)));
  }

  /**
   * What a refusal was the answer to. Of a request that was no good there is too little to ask
   * again: it is taken as told.
   */
  private static AppCommand refuse(App app, AppEvent.DynoRefused refused) {
    var run =
        new AppCommand.RunDyno(
            refused.by(),
            refused.id(),
            0,
            refused.command(),
            "run",
            refused.size(),
            false,
            false,
            Map.of(),
            Optional.empty(),
            Optional.empty());
    if (refused.shortage().isPresent()) {
      Shortage told = refused.shortage().get();
      long bytes = AppDecider.promised(app, refused.size());
      return new AppCommand.RunNowhere(
          run,
          new Shortage(told.full(), told.draining(), told.silent(), bytes, told.largest())
              .refusal());
    }
    return refused.reason() == Refusal.Reason.OVER_LIMIT && !refused.command().isBlank()
        ? run
        : new AppCommand.RefuseDyno(
            run, new Refusal(refused.reason(), refused.message(), Map.of()));
  }

  private static List<AppCommand> commands(AppState before, AppEvent event, List<AppEvent> next) {
    Optional<ReleaseCreated> release = release(next);
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
      case AppEvent.DynoRetired(Instant at, String by, var id, var ending, var status) ->
          List.of(new AppCommand.RetireDyno(by, id, ending, status, at));
      case AppEvent.AppDeleted(_, String by) -> List.of(new AppCommand.DeleteApp(by));
      case AppEvent.DynoRequested _ -> throw new AssertionError("handled above");
      case AppEvent.DynoRefused _ -> List.of(); // of an app that is not there
    };
  }

  private static Optional<ReleaseCreated> release(List<AppEvent> next) {
    return next.stream()
        .limit(2)
        .filter(ReleaseCreated.class::isInstance)
        .map(ReleaseCreated.class::cast)
        .findFirst();
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
    return before instanceof App app
        ? app.releases().stream()
            .filter(
                target ->
                    made.rolledBackTo()
                        .map(version -> version == target.version())
                        .orElseGet(() -> made.description().equals(ROLLBACK + target.version())))
            .findAny()
            .map(target -> new AppCommand.RollBack(made.by(), made.id(), target.id()))
        : Optional.empty();
  }

  /** What the event does not tell the decision need not either. */
  private static Decision<AppEvent> untold(
      AppEvent.DynoRequested told, Decision<AppEvent> decision) {
    return decision instanceof Decision.Accepted<AppEvent>(List<AppEvent> events)
            && events.size() == 1
            && events.getFirst() instanceof AppEvent.DynoRequested again
        ? Decision.accept(
            new AppEvent.DynoRequested(
                again.at(),
                again.by(),
                again
                    .spec()
                    .sized(
                        told.spec().sizing() == Sizing.UNTOLD
                            ? Sizing.UNTOLD
                            : again.spec().sizing(),
                        resolved(told.spec(), again.spec())),
                again.idempotencyKey(),
                told.limit().flatMap(_ -> again.limit())))
        : decision;
  }

  /** An older roll-back does not tell to which release. */
  private static Decision<AppEvent> untold(List<AppEvent> next, Decision<AppEvent> decision) {
    return decision instanceof Decision.Accepted<AppEvent>(List<AppEvent> events)
            && release(next).filter(told -> told.rolledBackTo().isEmpty()).isPresent()
        ? new Decision.Accepted<>(
            events.stream()
                .map(
                    event ->
                        event instanceof ReleaseCreated made
                            ? new ReleaseCreated(
                                made.at(),
                                made.by(),
                                made.id(),
                                made.version(),
                                made.slug(),
                                made.description(),
                                Optional.empty())
                            : event)
                .toList())
        : decision;
  }

  /** What a size gives is the catalogue's of its time. */
  private static Optional<DynoSize> resolved(DynoSpec told, DynoSpec again) {
    return told.size().equals(again.size()) ? told.resolved() : again.resolved();
  }

  private static Decision<AppEvent> untold(AppEvent.DynoRefused told, Decision<AppEvent> decision) {
    return decision instanceof Decision.Refused<AppEvent>(Refusal why, List<AppEvent> events)
            && told.limit().isEmpty()
            && told.shortage().isEmpty()
            && events.size() == 1
            && events.getFirst() instanceof AppEvent.DynoRefused again
        ? Decision.refuse(
            why,
            new AppEvent.DynoRefused(
                again.at(),
                again.by(),
                again.id(),
                again.command(),
                again.size(),
                again.reason(),
                again.message(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()))
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
