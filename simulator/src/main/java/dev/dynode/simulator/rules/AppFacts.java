package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What an app's events must tell, by the command they answer. */
final class AppFacts {
  private final @Nullable AppPast past;
  private final AppCommand command;
  private final AppPolicy policy;
  private @Nullable Refusal refusal;

  AppFacts(@Nullable AppPast past, AppCommand command, AppPolicy policy) {
    this.past = past;
    this.command = command;
    this.policy = policy;
  }

  void check(Decision<AppEvent> said, Instant now) {
    if (said instanceof Decision.Refused<AppEvent> refused) {
      refusal = refused.refusal();
    }
    for (AppEvent event : said.events()) {
      Instant at = command instanceof AppCommand.RetireDyno retire ? retire.endedAt() : now;
      same("time", event.at(), event instanceof AppEvent.SlugRemoved ? now : at);
      same("who", event.by(), command.by());
      if (past == null) {
        born((AppCommand.CreateApp) command, event);
      } else {
        lives(past, event);
      }
    }
    if (past != null && refusal != null && !past.deleted) {
      words(past, refusal);
    }
  }

  /** A refusal says what is too much, or gone. */
  private void words(AppPast past, Refusal refusal) {
    String message = refusal.message();
    switch (command) {
      case RunDyno run -> new Requests(policy, past, run).check(refusal);
      case AppCommand.RunNowhere(var run, _) -> new Requests(policy, past, run).check(refusal);
      case AppCommand.RollBack back when refusal.reason() == Reason.INVALID -> {
        AppPast.Release target = target(past, back);
        int since = past.current().version() - target.version();
        String must =
            "release: the slug of v%d was removed, for the app has had %d releases since;"
                .formatted(target.version(), since);
        same(message, message.startsWith(must), true);
      }
      case AppCommand.CreateSlug _ when message.startsWith("The app has") ->
          same(
              message,
              message.startsWith(
                  "The app has " + past.needed(policy.rollbackReleases()) + " slugs"),
              true);
      case AppCommand.SetConfig set when message.startsWith("The config vars") ->
          same(
              message,
              message.startsWith(
                  "The config vars would take "
                      + AppAnswers.bytes(AppAnswers.after(past, set))
                      + " bytes;"),
              true);
      default -> {}
    }
  }

  private static void born(AppCommand.CreateApp create, AppEvent event) {
    if (event instanceof AppEvent.AppCreated created) {
      same(
          "app",
          List.of(created.id(), created.name(), created.tier(), created.region(), created.stack()),
          List.of(create.id(), create.name(), create.tier(), create.region(), create.stack()));
    } else if (event instanceof AppEvent.ReleaseCreated release) {
      same("release", release.id(), create.release());
      same("version", release.version(), 1);
      same("slug", release.slug(), Optional.empty());
      same("rolled back", release.rolledBackTo(), Optional.empty());
      same("description", release.description(), "Initial release");
    }
  }

  private void lives(AppPast past, AppEvent event) {
    switch (event) {
      case AppEvent.AppUpdated update -> {
        var asked = (AppCommand.UpdateApp) command;
        same(
            "update",
            List.of(update.name(), update.maintenance(), update.tier()),
            List.of(asked.name(), asked.maintenance(), asked.tier()));
      }
      case AppEvent.ConfigVarsChanged change -> config(past, change);
      case AppEvent.SlugCreated slug -> slug((AppCommand.CreateSlug) command, slug);
      case AppEvent.SlugStored stored -> {
        var report = (AppCommand.ReportSlugStored) command;
        same("slug", stored.id(), report.id());
        same("bytes", stored.bytes(), report.bytes());
        same("checksum", stored.checksum(), report.checksum());
      }
      case AppEvent.SlugRemoved gone -> {
        if (command instanceof AppCommand.RemoveSlug remove) {
          same("slug", gone.id(), remove.id());
        }
      }
      case AppEvent.ReleaseCreated release -> release(past, release);
      case AppEvent.DynoRequested request -> {
        requests(past).check(request.spec());
        same("key", request.idempotencyKey(), asked().idempotencyKey());
        same("limit", request.limit(), Optional.of(requests(past).limit()));
      }
      case AppEvent.DynoRefused refused -> {
        String whole = asked().command();
        same("id", refused.id(), asked().id());
        same("command", refused.command(), whole.substring(0, Math.min(200, whole.length())));
        same("size", refused.size(), asked().size());
        same("message", refused.message(), refusal == null ? null : refusal.message());
        same("reason", refused.reason(), refusal == null ? null : refusal.reason());
        same("shortage", refused.shortage(), refusal == null ? null : refusal.shortage());
        boolean limited = refused.reason() == Reason.OVER_LIMIT;
        same(
            "limit",
            refused.limit(),
            limited || refused.shortage().isPresent()
                ? Optional.of(requests(past).limit())
                : Optional.empty());
        same(
            "counted",
            refused.counted(),
            limited ? Optional.of(requests(past).counted()) : Optional.empty());
      }
      case AppEvent.DynoRetired retired -> {
        var retire = (AppCommand.RetireDyno) command;
        same("dyno", retired.id(), retire.id());
        same("ending", retired.ending(), retire.ending());
        same("status", retired.status(), retire.status());
      }
      case AppEvent.AppCreated _, AppEvent.AppDeleted _ -> {}
    }
  }

  private Requests requests(AppPast past) {
    return new Requests(policy, past, asked());
  }

  private RunDyno asked() {
    return switch (command) {
      case RunDyno run -> run;
      case AppCommand.RunNowhere(var run, _) -> run;
      case AppCommand.RefuseDyno(var run, _) -> run;
      default -> throw new IllegalStateException(command.toString());
    };
  }

  private void config(AppPast past, AppEvent.ConfigVarsChanged change) {
    Map<String, String> after = new HashMap<>(past.config);
    after.putAll(change.set());
    change.removed().forEach(after::remove);
    if (command instanceof AppCommand.RollBack back) {
      same("config", after, target(past, back).config());
      return;
    }
    same("config", after, AppAnswers.after(past, (AppCommand.SetConfig) command));
    for (Map.Entry<String, String> var : change.set().entrySet()) {
      if (var.getValue().equals(past.config.get(var.getKey()))) {
        same("set", change.set(), "only what is another value");
      }
    }
    same("removed", past.config.keySet().containsAll(change.removed()), true);
  }

  private static AppPast.Release target(AppPast past, AppCommand.RollBack back) {
    return past.releases.stream()
        .filter(release -> release.id().equals(back.target()))
        .findAny()
        .orElseThrow();
  }

  private static void slug(AppCommand.CreateSlug create, AppEvent.SlugCreated slug) {
    same(
        "slug",
        List.of(
            slug.id(),
            slug.processTypes(),
            slug.checksum(),
            slug.commit(),
            slug.commitDescription(),
            slug.buildpackDescription(),
            slug.stack()),
        List.of(
            create.id(),
            create.processTypes(),
            create.checksum(),
            create.commit(),
            create.commitDescription(),
            create.buildpackDescription(),
            create.stack()));
  }

  private void release(AppPast past, AppEvent.ReleaseCreated release) {
    same("version", release.version(), past.current().version() + 1);
    same(
        "rolled back to",
        release.rolledBackTo(),
        command instanceof AppCommand.RollBack back
            ? Optional.of(target(past, back).version())
            : Optional.empty());
    switch (command) {
      case AppCommand.SetConfig set -> {
        same("release", release.id(), set.release());
        same("slug", release.slug(), Optional.ofNullable(past.current().slug()));
        same("description", release.description(), describe(past, set));
      }
      case AppCommand.CreateRelease create -> {
        same("release", release.id(), create.release());
        same("slug", release.slug(), Optional.of(create.slug()));
        same(
            "description",
            release.description(),
            create.description().orElseGet(() -> "Deploy " + hash(past, create.slug())));
      }
      case AppCommand.RollBack back -> {
        AppPast.Release target = target(past, back);
        same("release", release.id(), back.release());
        same("slug", release.slug(), Optional.ofNullable(target.slug()));
        same("description", release.description(), "Rollback to v" + target.version());
      }
      default -> throw new IllegalStateException(command.toString());
    }
  }

  private static String describe(AppPast past, AppCommand.SetConfig set) {
    var added = new TreeSet<String>();
    var removed = new TreeSet<String>();
    set.vars()
        .forEach(
            (name, value) -> {
              if (value.isEmpty()) {
                removed.add(name);
              } else if (!value.get().equals(past.config.get(name))) {
                added.add(name);
              }
            });
    removed.retainAll(past.config.keySet());
    return added.isEmpty()
        ? "Remove " + String.join(", ", removed) + " config vars"
        : "Set " + String.join(", ", added) + " config vars";
  }

  /** The first eight characters of the commit, or of the archive's checksum. */
  private static String hash(AppPast past, SlugId id) {
    AppPast.Slug slug = past.slugs.get(id);
    if (slug == null || slug.stored() == null) {
      throw new IllegalStateException("no slug " + id);
    }
    String checksum =
        slug.stored().startsWith("SHA256:") ? slug.stored().substring(7) : slug.stored();
    String hash = slug.commit().orElse(checksum);
    return hash.length() > 8 ? hash.substring(0, 8) : hash;
  }
}
