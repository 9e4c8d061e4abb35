package dev.dynode.simulator.rules;

import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.id.SlugId;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What each command to an app must lead to, by what has happened before. */
final class AppAnswers {
  private final AppPolicy policy;
  private final AppPast past;

  private AppAnswers(AppPolicy policy, AppPast past) {
    this.policy = policy;
    this.past = past;
  }

  static Saying to(@Nullable AppPast past, AppCommand command, AppPolicy policy) {
    if (past == null) {
      return command instanceof AppCommand.CreateApp
          ? Saying.of(AppEvent.AppCreated.class, AppEvent.ReleaseCreated.class)
          : Saying.no(Reason.NOT_FOUND);
    }
    var answers = new AppAnswers(policy, past);
    return past.deleted ? answers.deleted(command) : answers.lives(command);
  }

  /** Nothing but the ends of its dynos. */
  private Saying deleted(AppCommand command) {
    return switch (command) {
      case AppCommand.RetireDyno retire -> retire(retire);
      case AppCommand.DeleteApp _ -> Saying.NOTHING;
      default -> Saying.no(Reason.NOT_FOUND);
    };
  }

  private Saying lives(AppCommand command) {
    return switch (command) {
      case AppCommand.CreateApp _ -> Saying.NOTHING;
      case AppCommand.UpdateApp _ -> Saying.of(AppEvent.AppUpdated.class);
      case AppCommand.SetConfig set -> config(set);
      case AppCommand.CreateSlug create -> slug(create);
      case AppCommand.ReportSlugStored stored -> {
        AppPast.Slug slug = past.slugs.get(stored.id());
        yield slug == null
            ? Saying.no(Reason.NOT_FOUND)
            : slug.stored() != null ? Saying.NOTHING : Saying.of(AppEvent.SlugStored.class);
      }
      case AppCommand.RemoveSlug remove -> {
        SlugId slug = remove.id();
        yield past.removed.contains(slug) && !past.slugs.containsKey(slug)
            ? Saying.NOTHING
            : !past.slugs.containsKey(slug)
                ? Saying.no(Reason.NOT_FOUND)
                : past.inUse().contains(slug)
                    ? Saying.no(Reason.CONFLICT)
                    : Saying.of(AppEvent.SlugRemoved.class);
      }
      case AppCommand.CreateRelease create -> {
        if (past.releases().contains(create.release())) {
          yield Saying.NOTHING;
        }
        AppPast.Slug slug = past.slugs.get(create.slug());
        boolean known = slug != null || past.removed.contains(create.slug());
        yield !known
            ? Saying.no(Reason.NOT_FOUND)
            : slug == null || slug.stored() == null
                ? Saying.no(Reason.INVALID)
                : Saying.of(AppEvent.ReleaseCreated.class);
      }
      case AppCommand.RollBack back -> rollBack(back);
      case AppCommand.RunDyno run -> new Requests(policy, past, run).answer();
      case AppCommand.RunNowhere(var run, var why) -> {
        Saying otherwise = new Requests(policy, past, run).answer();
        yield otherwise.equals(Saying.of(AppEvent.DynoRequested.class))
            ? Saying.no(why.reason(), AppEvent.DynoRefused.class)
            : otherwise;
      }
      case AppCommand.RefuseDyno(var run, var why) ->
          past.knows(run.id())
              ? Saying.NOTHING
              : Saying.no(why.reason(), AppEvent.DynoRefused.class);
      case AppCommand.RetireDyno retire -> retire(retire);
      case AppCommand.DeleteApp _ -> Saying.of(AppEvent.AppDeleted.class);
    };
  }

  private Saying retire(AppCommand.RetireDyno retire) {
    return past.running.containsKey(retire.id())
        ? Saying.of(AppEvent.DynoRetired.class)
        : Saying.NOTHING;
  }

  private Saying config(AppCommand.SetConfig set) {
    for (Map.Entry<String, Optional<String>> entry : set.vars().entrySet()) {
      if (Requests.isBad(entry.getKey(), entry.getValue().orElse(""))) {
        return Saying.no(Reason.INVALID);
      }
    }
    Map<String, String> after = after(past, set);
    if (after.equals(past.config)) {
      return Saying.NOTHING;
    }
    return bytes(after) > policy.configBytes()
        ? Saying.no(Reason.INVALID)
        : Saying.of(AppEvent.ConfigVarsChanged.class, AppEvent.ReleaseCreated.class);
  }

  /** The config vars with what is asked for. */
  static Map<String, String> after(AppPast past, AppCommand.SetConfig set) {
    Map<String, String> after = new HashMap<>(past.config);
    set.vars()
        .forEach(
            (name, value) ->
                value.ifPresentOrElse(text -> after.put(name, text), () -> after.remove(name)));
    return after;
  }

  static int bytes(Map<String, String> config) {
    return config.entrySet().stream()
        .map(entry -> entry.getKey() + entry.getValue())
        .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }

  private Saying slug(AppCommand.CreateSlug create) {
    if (past.slugs().contains(create.id())) {
      return Saying.NOTHING;
    }
    int needed = past.needed(policy.rollbackReleases());
    boolean badType =
        create.processTypes().keySet().stream().anyMatch(type -> !Requests.isType(type));
    return needed >= policy.slugs() || badType
        ? Saying.no(Reason.INVALID)
        : Saying.of(AppEvent.SlugCreated.class);
  }

  private Saying rollBack(AppCommand.RollBack back) {
    if (past.releases().contains(back.release())) {
      return Saying.NOTHING;
    }
    AppPast.Release target =
        past.releases.stream()
            .filter(release -> release.id().equals(back.target()))
            .findAny()
            .orElse(null);
    if (target == null) {
      return Saying.no(Reason.NOT_FOUND);
    }
    if (target.slug() != null && !past.slugs.containsKey(target.slug())) {
      return Saying.no(Reason.INVALID);
    }
    return target.config().equals(past.config)
        ? Saying.of(AppEvent.ReleaseCreated.class)
        : Saying.of(AppEvent.ConfigVarsChanged.class, AppEvent.ReleaseCreated.class);
  }
}
