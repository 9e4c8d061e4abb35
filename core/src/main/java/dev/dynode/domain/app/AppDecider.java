package dev.dynode.domain.app;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand.CreateApp;
import dev.dynode.domain.app.AppCommand.CreateRelease;
import dev.dynode.domain.app.AppCommand.CreateSlug;
import dev.dynode.domain.app.AppCommand.DeleteApp;
import dev.dynode.domain.app.AppCommand.RefuseDyno;
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
            now, create.by(), create.release(), 1, Optional.empty(), "Initial release"));
  }

  private Decision<AppEvent> decideApp(App app, AppCommand command, Instant now) {
    return switch (command) {
      case CreateApp _ -> Decision.accept();
      case UpdateApp(String by, var name, var maintenance, var tier) ->
          Decision.accept(new AppEvent.AppUpdated(now, by, name, maintenance, tier));
      case SetConfig set -> setConfig(app, set, now);
      case CreateSlug create ->
          app.slugs().containsKey(create.id()) ? Decision.accept() : createSlug(app, create, now);
      case ReportSlugStored(String by, SlugId id, long bytes, String checksum) -> {
        Slug slug = app.slugs().get(id);
        yield slug == null
            ? Decision.refuse(Refusal.notFound("slug"))
            : slug.stored().isPresent()
                ? Decision.accept()
                : Decision.accept(new AppEvent.SlugStored(now, by, id, bytes, checksum));
      }
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
        release(app, set.by(), set.release(), app.currentRelease().slug(), description, now));
  }

  private static int bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  private Decision<AppEvent> createSlug(App app, CreateSlug create, Instant now) {
    if (app.slugs().size() >= policy.slugs()) {
      return Decision.refuse(
          Refusal.invalid("The app has " + app.slugs().size() + " slugs, the most it may have."));
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

  private static Decision<AppEvent> createRelease(App app, CreateRelease create, Instant now) {
    Slug slug = app.slugs().get(create.slug());
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
        release(app, create.by(), create.release(), Optional.of(slug.id()), description, now));
  }

  private static Decision<AppEvent> rollBack(App app, RollBack rollBack, Instant now) {
    Optional<Release> target =
        app.releases().stream().filter(r -> r.id().equals(rollBack.target())).findAny();
    if (target.isEmpty()) {
      return Decision.refuse(Refusal.notFound("release"));
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
            now));
    return new Decision.Accepted<>(events);
  }

  private static AppEvent release(
      App app, String by, ReleaseId id, Optional<SlugId> slug, String description, Instant now) {
    return new AppEvent.ReleaseCreated(
        now, by, id, app.currentRelease().version() + 1, slug, description);
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
      case AppEvent.AppUpdated(Instant at, String by, _, var maintenance, _) ->
          maintenance
              .map(
                  on ->
                      List.of(
                          log(at, "Maintenance mode " + (on ? "on" : "off") + " by user " + by)))
              .orElse(List.of());
      case AppEvent.ReleaseCreated(Instant at, String by, _, int version, _, String description) ->
          List.of(
              log(at, description + " by user " + by),
              log(at, "Release v" + version + " created by user " + by));
      case AppEvent.DynoRequested(Instant at, String by, var spec, _) ->
          List.of(
              log(at, "Starting process with command `" + spec.command() + "` by user " + by),
              new AppOrder.LaunchDyno(by, spec));
      case AppEvent.DynoRetired _ ->
          app.deletedAt().isPresent() && app.roster().isEmpty()
              ? List.of(new AppOrder.Dismantle(app.name()))
              : List.of();
      case AppEvent.AppDeleted(_, String by) -> endings(app, by);
    };
  }

  private static AppOrder log(Instant at, String text) {
    return new AppOrder.WriteLog(at, text);
  }

  private static List<AppOrder> endings(App app, String by) {
    return app.roster().isEmpty()
        ? List.of(new AppOrder.Dismantle(app.name()))
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
    if (app.deletedAt().isPresent()) {
      orders.addAll(endings(app, app.owner()));
    }
    return List.copyOf(orders);
  }
}
