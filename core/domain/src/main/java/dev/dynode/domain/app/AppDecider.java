package dev.dynode.domain.app;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand.CreateApp;
import dev.dynode.domain.app.AppCommand.CreateRelease;
import dev.dynode.domain.app.AppCommand.CreateSlug;
import dev.dynode.domain.app.AppCommand.DeleteApp;
import dev.dynode.domain.app.AppCommand.RefuseDyno;
import dev.dynode.domain.app.AppCommand.RemoveSlug;
import dev.dynode.domain.app.AppCommand.ReportSlugStored;
import dev.dynode.domain.app.AppCommand.RetireDyno;
import dev.dynode.domain.app.AppCommand.RollBack;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppCommand.RunNowhere;
import dev.dynode.domain.app.AppCommand.SetConfig;
import dev.dynode.domain.app.AppCommand.UpdateApp;
import dev.dynode.domain.app.AppState.Absent;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.app.AppState.Slug;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The rules of an app: config, slugs, releases and who may run. */
public final class AppDecider implements Decider<AppCommand, AppEvent, AppState, AppOrder> {
  private final AppPolicy policy;

  public AppDecider(AppPolicy policy) {
    this.policy = policy;
  }

  @Override
  public AppState initial() {
    return new Absent();
  }

  @Override
  public Decision<AppEvent> decide(AppState state, AppCommand command, Instant now) {
    return switch (state) {
      case Absent _ ->
          command instanceof CreateApp create
              ? create(create, now)
              : Decision.refuse(Refusal.notFound("app"));
      case App app when app.deletedAt().isPresent() ->
          switch (command) {
            case RetireDyno retire -> retire(app, retire);
            case DeleteApp _ -> Decision.accept();
            default -> Decision.refuse(Refusal.notFound("app"));
          };
      case App app -> decideApp(app, command, now);
    };
  }

  /** With the slugs that nothing needs any more after it. */
  private Decision<AppEvent> decideApp(App app, AppCommand command, Instant now) {
    Decision<AppEvent> decision = decideAlone(app, command, now);
    if (!(decision instanceof Decision.Accepted<AppEvent>(List<AppEvent> events))
        || app.slugs().size() < policy.rollbackReleases() // as mostly
        || events.stream().noneMatch(AppDecider::mayFreeSlugs)) {
      return decision;
    }
    App after = app;
    for (AppEvent event : events) {
      after = (App) evolve(after, event);
    }
    var all = new ArrayList<>(events);
    for (SlugId slug : SlugsNeeded.of(after, policy.rollbackReleases()).unneeded()) {
      all.add(new AppEvent.SlugRemoved(now, command.by(), slug));
    }
    return new Decision.Accepted<>(all);
  }

  private static Decision<AppEvent> create(CreateApp create, Instant now) {
    return Decision.accept(
        new AppEvent.AppCreated(
            now,
            create.by(),
            create.id(),
            create.name(),
            create.tier(),
            create.region(),
            create.stack()),
        new AppEvent.ReleaseCreated(
            now,
            create.by(),
            create.release(),
            1,
            Optional.empty(),
            "Initial release",
            Optional.empty()));
  }

  /**
   * Memory that a dyno is promised, in bytes.
   *
   * @param size the one that was asked for, if one was
   */
  public static long promised(App app, Optional<String> size) {
    return OneOffRequest.size(app, size).memoryBytes();
  }

  private static boolean mayFreeSlugs(AppEvent event) {
    return event instanceof AppEvent.ReleaseCreated
        || event instanceof AppEvent.SlugCreated
        || event instanceof AppEvent.DynoRetired;
  }

  private Decision<AppEvent> decideAlone(App app, AppCommand command, Instant now) {
    return switch (command) {
      case CreateApp _ -> Decision.accept();
      case UpdateApp(String by, var name, var maintenance, var tier) ->
          Decision.accept(new AppEvent.AppUpdated(now, by, name, maintenance, tier));
      case SetConfig set -> setConfig(app, set, now);
      case CreateSlug create ->
          app.slugs().containsKey(create.id()) || app.hasRemoved(create.id())
              ? Decision.accept()
              : createSlug(app, create, now);
      case ReportSlugStored(String by, SlugId id, long bytes, String checksum) -> {
        Slug slug = app.slugs().get(id);
        yield slug == null
            ? Decision.refuse(Refusal.notFound("slug"))
            : slug.stored().isPresent()
                ? Decision.accept()
                : Decision.accept(new AppEvent.SlugStored(now, by, id, bytes, checksum));
      }
      case RemoveSlug(String by, SlugId id) -> removeSlug(app, by, id, now);
      case CreateRelease create ->
          app.hasRelease(create.release()) ? Decision.accept() : createRelease(app, create, now);
      case RollBack rollBack ->
          app.hasRelease(rollBack.release()) ? Decision.accept() : rollBack(app, rollBack, now);
      case RunDyno run -> {
        var request = new OneOffRequest(app, run, policy);
        yield request.granted() ? Decision.accept() : request.decide(now);
      }
      case RunNowhere(RunDyno run, Refusal why) -> {
        var request = new OneOffRequest(app, run, policy);
        Decision<AppEvent> otherwise = request.granted() ? Decision.accept() : request.decide(now);
        yield otherwise instanceof Decision.Accepted<AppEvent>(var events) && !events.isEmpty()
            ? request.refuse(why, now)
            : otherwise;
      }
      case RefuseDyno(RunDyno run, Refusal why) -> {
        var request = new OneOffRequest(app, run, policy);
        yield request.granted() ? Decision.accept() : request.refuse(why, now);
      }
      case RetireDyno retire -> retire(app, retire);
      case DeleteApp(String by) -> Decision.accept(new AppEvent.AppDeleted(now, by));
    };
  }

  private Decision<AppEvent> setConfig(App app, SetConfig set, Instant now) {
    var added = new HashMap<String, String>();
    var removed = new TreeSet<String>();
    for (Map.Entry<String, Optional<String>> entry : set.vars().entrySet()) {
      String name = entry.getKey();
      Optional<Refusal> bad =
          OneOffRequest.badVariable("config var", name, entry.getValue().orElse(""));
      if (bad.isPresent()) {
        return Decision.refuse(bad.get());
      }
      if (entry.getValue().isPresent()) {
        if (!entry.getValue().get().equals(app.config().get(name))) {
          added.put(name, entry.getValue().get());
        }
      } else if (app.config().containsKey(name)) {
        removed.add(name);
      }
    }
    if (added.isEmpty() && removed.isEmpty()) {
      return Decision.accept();
    }
    var after = new HashMap<>(app.config());
    after.putAll(added);
    after.keySet().removeAll(removed);
    long bytes = 0;
    for (Map.Entry<String, String> entry : after.entrySet()) {
      bytes += bytes(entry.getKey()) + bytes(entry.getValue());
    }
    if (bytes > policy.configBytes()) {
      return Decision.refuse(
          Refusal.invalid(
              "The config vars would take "
                  + bytes
                  + " bytes; an app may have "
                  + policy.configBytes()
                  + ". Keep large data elsewhere."));
    }
    String description =
        added.isEmpty()
            ? "Remove " + String.join(", ", removed) + " config vars"
            : "Set " + String.join(", ", new TreeSet<>(added.keySet())) + " config vars";
    return Decision.accept(
        new AppEvent.ConfigVarsChanged(now, set.by(), added, removed),
        release(
            app,
            set.by(),
            set.release(),
            app.currentRelease().slug(),
            description,
            Optional.empty(),
            now));
  }

  private static int bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  private Decision<AppEvent> createSlug(App app, CreateSlug create, Instant now) {
    int needed =
        app.slugs().size() < policy.slugs()
            ? 0
            : app.slugs().size() - SlugsNeeded.of(app, policy.rollbackReleases()).unneeded().size();
    if (needed >= policy.slugs()) {
      return Decision.refuse(
          Refusal.invalid(
              "The app has "
                  + needed
                  + " slugs that are needed, the most it may have (dynode.apps.slugs): keep those of"
                  + " fewer releases (dynode.apps.rollback-releases), or stop dynos of old"
                  + " releases."));
    }
    for (String type : create.processTypes().keySet()) {
      if (!OneOffRequest.TYPE.matcher(type).matches()) {
        return Decision.refuse(
            Refusal.invalid(
                "process_types: \""
                    + type
                    + "\" is no process type; use letters, digits, - and _."));
      }
    }
    return Decision.accept(
        new AppEvent.SlugCreated(
            now,
            create.by(),
            create.id(),
            create.processTypes(),
            create.checksum(),
            create.commit(),
            create.commitDescription(),
            create.buildpackDescription(),
            create.stack()));
  }

  private static Decision<AppEvent> removeSlug(App app, String by, SlugId id, Instant now) {
    if (app.hasRemoved(id)) {
      return Decision.accept();
    }
    if (!app.slugs().containsKey(id)) {
      return Decision.refuse(Refusal.notFound("slug"));
    }
    return SlugsNeeded.of(app, 1).inUse().contains(id)
        ? Decision.refuse(
            Refusal.conflict(
                "Slug " + id + " is the current release's or a dyno's; it cannot be removed."))
        : Decision.accept(new AppEvent.SlugRemoved(now, by, id));
  }

  private static Decision<AppEvent> createRelease(App app, CreateRelease create, Instant now) {
    Slug slug = app.slugs().get(create.slug());
    if (slug == null && app.hasRemoved(create.slug())) {
      return Decision.refuse(
          Refusal.invalid(
              "slug: "
                  + create.slug()
                  + " was removed, for newer ones followed; deploy it again."));
    }
    if (slug == null) {
      return Decision.refuse(Refusal.notFound("slug"));
    }
    if (slug.stored().isEmpty()) {
      return Decision.refuse(
          Refusal.invalid(
              "slug: its archive was not uploaded yet; PUT it to the slug's blob.url first."));
    }
    String description =
        create
            .description()
            .orElseGet(
                () ->
                    "Deploy "
                        + slug.commit()
                            .orElse(slug.stored().get().checksum().replaceFirst("^SHA256:", ""))
                            .transform(hash -> hash.substring(0, Math.min(8, hash.length()))));
    return Decision.accept(
        release(
            app,
            create.by(),
            create.release(),
            Optional.of(slug.id()),
            description,
            Optional.empty(),
            now));
  }

  private static Decision<AppEvent> rollBack(App app, RollBack rollBack, Instant now) {
    Optional<Release> target =
        app.releases().stream().filter(r -> r.id().equals(rollBack.target())).findAny();
    if (target.isEmpty()) {
      return Decision.refuse(Refusal.notFound("release"));
    }
    if (target.get().slug().filter(app::hasRemoved).isPresent()) {
      return Decision.refuse(
          Refusal.invalid(
              "release: the slug of v%d was removed, for the app has had %d releases since; roll back to a later one, or deploy its code again."
                  .formatted(
                      target.get().version(),
                      app.currentRelease().version() - target.get().version())));
    }
    var events = new ArrayList<AppEvent>();
    Map<String, String> then = target.get().config();
    if (!then.equals(app.config())) {
      var removed = new TreeSet<>(app.config().keySet());
      removed.removeAll(then.keySet());
      events.add(new AppEvent.ConfigVarsChanged(now, rollBack.by(), then, removed));
    }
    events.add(
        release(
            app,
            rollBack.by(),
            rollBack.release(),
            target.get().slug(),
            "Rollback to v" + target.get().version(),
            Optional.of(target.get().version()),
            now));
    return new Decision.Accepted<>(events);
  }

  private static AppEvent release(
      App app,
      String by,
      ReleaseId id,
      Optional<SlugId> slug,
      String description,
      Optional<Integer> rolledBackTo,
      Instant now) {
    return new AppEvent.ReleaseCreated(
        now, by, id, app.currentRelease().version() + 1, slug, description, rolledBackTo);
  }

  private static Decision<AppEvent> retire(App app, RetireDyno retire) {
    return app.roster().containsKey(retire.id())
        ? Decision.accept(
            new AppEvent.DynoRetired(
                retire.endedAt(), retire.by(), retire.id(), retire.ending(), retire.status()))
        : Decision.accept();
  }

  @Override
  public AppState evolve(AppState state, AppEvent event) {
    return AppEvolution.evolve(state, event);
  }

  @Override
  public List<AppOrder> react(AppEvent event, AppState after) {
    if (!(after instanceof App app)) {
      return List.of();
    }
    return switch (event) {
      case AppEvent.AppCreated _, AppEvent.SlugCreated _, AppEvent.SlugStored _ -> List.of();
      case AppEvent.ConfigVarsChanged _, AppEvent.DynoRefused _ -> List.of();
      case AppEvent.SlugRemoved(_, _, SlugId id) -> List.of(new AppOrder.RemoveSlugs(List.of(id)));
      case AppEvent.AppUpdated(Instant at, String by, _, var maintenance, _) ->
          maintenance
              .map(
                  on ->
                      List.of(
                          log(at, "Maintenance mode " + (on ? "on" : "off") + " by user " + by)))
              .orElse(List.of());
      case AppEvent.ReleaseCreated(
              Instant at,
              String by,
              _,
              int version,
              _,
              String description,
              _) ->
          List.of(
              log(at, description + " by user " + by),
              log(at, "Release v" + version + " created by user " + by));
      case AppEvent.DynoRequested(Instant at, String by, var spec, _, _) ->
          List.of(
              log(at, "Starting process with command `" + spec.command() + "` by user " + by),
              new AppOrder.LaunchDyno(by, spec));
      case AppEvent.DynoRetired _ -> app.over() ? dismantle(app) : List.of();
      case AppEvent.AppDeleted(_, String by) -> endings(app, by);
    };
  }

  private static AppOrder log(Instant at, String text) {
    return new AppOrder.WriteLog(at, text);
  }

  private static List<AppOrder> dismantle(App app) {
    var dismantle = new AppOrder.Dismantle(app.name());
    return app.slugs().isEmpty()
        ? List.of(dismantle)
        : List.of(dismantle, new AppOrder.RemoveSlugs(List.copyOf(app.slugs().keySet())));
  }

  private static List<AppOrder> endings(App app, String by) {
    return app.roster().isEmpty()
        ? dismantle(app)
        : app.roster().keySet().stream()
            .<AppOrder>map(id -> new AppOrder.StopDyno(by, id, StopCause.APP_DELETED))
            .toList();
  }

  @Override
  public List<AppOrder> resume(AppState state, Instant now) {
    if (!(state instanceof App app)) {
      return List.of();
    }
    List<AppOrder> orders =
        app.roster().values().stream()
            .<AppOrder>map(r -> new AppOrder.LaunchDyno(r.by(), r.spec()))
            .collect(Collectors.toCollection(ArrayList::new));
    if (!app.removedSlugs().isEmpty()) {
      orders.add(new AppOrder.RemoveSlugs(app.removedSlugs()));
    }
    if (app.deletedAt().isPresent()) {
      orders.addAll(endings(app, app.owner()));
    }
    return List.copyOf(orders);
  }
}
