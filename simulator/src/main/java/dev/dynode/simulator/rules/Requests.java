package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Limit;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a one-off dyno may run, and as what. */
final class Requests {
  private static final Pattern MARKER =
      Pattern.compile("\\s*;\\s*echo \"\uFFFF heroku-command-exit-status: \\$\\?\"$");

  private final AppPolicy policy;
  private final AppPast past;
  private final RunDyno run;

  Requests(AppPolicy policy, AppPast past, RunDyno run) {
    this.policy = policy;
    this.past = past;
    this.run = run;
  }

  Saying answer() {
    if (past.knows(run.id())) {
      return Saying.NOTHING;
    }
    AppPast.Granted before = run.idempotencyKey().map(past::ofKey).orElse(null);
    if (before != null) {
      return isSame(before.spec()) ? Saying.NOTHING : no(Reason.CONFLICT);
    }
    return isInvalid()
        ? no(Reason.INVALID)
        : isOverLimit() ? no(Reason.OVER_LIMIT) : Saying.of(AppEvent.DynoRequested.class);
  }

  private static Saying no(Reason why) {
    return Saying.no(why, AppEvent.DynoRefused.class);
  }

  private boolean isSame(DynoSpec spec) {
    Published.@Nullable Size size = run.size().map(Published::size).orElse(null);
    return spec.command().equals(command())
        && spec.attach() == run.attach()
        && spec.name().type().equals(run.type())
        && spec.env().equals(run.env())
        && (size == null || size.name().equals(spec.size()));
  }

  /** Without the client's wish for an exit status. */
  private String command() {
    return MARKER.matcher(run.command()).replaceFirst("");
  }

  private boolean isInvalid() {
    return invalid() != null;
  }

  /** How the refusal begins: with the field, or Heroku's words about sizes. */
  private @Nullable String invalid() {
    Published.@Nullable Size size = run.size().map(Published::size).orElse(null);
    if (command().isBlank()) {
      return "command: it is empty";
    }
    if (run.command().length() > policy.commandCharacters()) {
      return "command: it has " + run.command().length() + " characters";
    }
    if (run.command().contains("\0")) {
      return "command: it holds a NUL character";
    }
    if (!isType(run.type())) {
      return "type: \"" + run.type() + "\"";
    }
    if (run.env().size() > policy.envVariables()) {
      return "env: it has " + run.env().size() + " variables";
    }
    for (Map.Entry<String, String> variable : run.env().entrySet()) {
      if (isBad(variable.getKey(), "")) {
        return "env: \"" + variable.getKey().replace("\0", "\\0") + "\"";
      }
      if (isBad(variable.getKey(), variable.getValue())) {
        return "env: the value of " + variable.getKey();
      }
    }
    if (run.timeToLive().filter(Requests::isNoLife).isPresent()) {
      return "time_to_live: it must be 1 to 86400 seconds";
    }
    if (run.size().isPresent() && size == null) {
      return "No such size as " + run.size().get() + ".";
    }
    return size == null || Published.allows(past.tier, size)
        ? null
        : "Cannot use the following dyno types in the same app: %s and %s"
            .formatted(Published.usual(past.tier).name(), size.name());
  }

  /** A refusal names the field, or says Heroku's words. */
  void check(Refusal refusal) {
    String begins = invalid();
    if (refusal.reason() == Reason.OVER_LIMIT) {
      checkOverLimit(refusal);
    } else if (refusal.reason() == Reason.INVALID
        && begins != null
        && !refusal.message().startsWith(begins)) {
      same("message", refusal.message(), begins + "…");
    }
  }

  private static boolean isNoLife(Duration asked) {
    return asked.compareTo(Duration.ZERO) <= 0 || asked.compareTo(Duration.ofHours(24)) > 0;
  }

  static boolean isType(String type) {
    return type.matches("[A-Za-z0-9_-]{1,128}");
  }

  static boolean isBad(String name, String value) {
    return name.isEmpty() || name.contains("=") || (name + value).contains("\0");
  }

  Published.Size size() {
    Published.@Nullable Size asked = run.size().map(Published::size).orElse(null);
    return asked == null ? Published.usual(past.tier) : asked;
  }

  private boolean isOverLimit() {
    return alike().size() >= limit().most();
  }

  /** One-off dynos of sizes like this at the same time. */
  Limit limit() {
    String name = Published.limit(past.tier, size());
    return new Limit(name, policy.oneOffLimits().getOrDefault(name, 0));
  }

  /** Who stands in the way of another one. */
  Limit.Counted counted() {
    List<DynoId> ids = alike().stream().map(DynoSpec::id).toList();
    return new Limit.Counted(ids.size(), ids.stream().limit(64).toList());
  }

  /** Those that count against the same limit. */
  private List<DynoSpec> alike() {
    return past.running.values().stream()
        .map(AppPast.Granted::spec)
        .filter(dyno -> Published.known(dyno.size()).kind().equals(size().kind()))
        .toList();
  }

  /** Heroku's words, and who runs. */
  private void checkOverLimit(Refusal refusal) {
    String size = size().name();
    same(
        "message",
        refusal.message(),
        "Cannot run more than %d %s size dynos.".formatted(limit().most(), size));
    List<String> names = alike().stream().map(dyno -> dyno.name().toString()).toList();
    same(
        "details",
        refusal.details(),
        Map.of("limit", limit().most(), "size", size, "running", names));
  }

  /** What a dyno must be that is granted. */
  void check(DynoSpec spec) {
    same("id", spec.id(), run.id());
    same("app", spec.app(), past.id);
    same("name", spec.name(), name());
    same("formation", spec.formation(), false);
    same("size", spec.size(), size().name());
    same("resolved", spec.resolved().map(Published::row), Optional.of(size()));
    same("why it has its size", spec.sizing(), run.size().isPresent() ? Sizing.ASKED : Sizing.TIER);
    same("command", spec.command(), command());
    same("script", spec.script(), script());
    same("attach", spec.attach(), run.attach());
    same("terminal", spec.terminal(), run.attach() && run.terminal());
    same("columns", spec.columns(), characters("COLUMNS", 80));
    same("rows", spec.rows(), characters("LINES", 24));
    same("marks its exit", spec.marksExit(), run.attach() && !command().equals(run.command()));
    same("env", spec.env(), run.env());
    same("release", spec.release(), past.current().id());
    same("version", spec.releaseVersion(), past.current().version());
    SlugId slug = past.current().slug();
    same("slug", spec.slug(), Optional.ofNullable(slug));
    same("time to live", spec.timeToLive(), run.timeToLive());
    same("times", spec.policy(), Published.times(past.tier));
  }

  /** The first number from the dice on that no dyno of the app has or had. */
  private DynoName name() {
    var taken = past.names();
    int number = Math.floorMod(run.dice(), 9_000);
    while (taken.contains(new DynoName(run.type(), 1_000 + number))) {
      number = (number + 1) % 9_000;
    }
    return new DynoName(run.type(), 1_000 + number);
  }

  /** Its first word may be a process type. */
  private String script() {
    String[] words = command().strip().split("\\s", 2);
    String declared = past.types().get(words[0]);
    return declared == null ? command() : declared + command().strip().substring(words[0].length());
  }

  private int characters(String variable, int otherwise) {
    String asked = run.env().getOrDefault(variable, "");
    return asked.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(asked) : otherwise;
  }
}
