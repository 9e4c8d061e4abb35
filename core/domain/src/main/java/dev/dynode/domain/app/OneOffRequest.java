package dev.dynode.domain.app;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.id.DynoName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** May this one-off dyno run, and as what? */
record OneOffRequest(App app, RunDyno run, AppPolicy policy) {
  static final Pattern TYPE = Pattern.compile("[-\\w]{1,128}");
  private static final Pattern SPACE = Pattern.compile("\\s");
  private static final Pattern CHARACTERS = Pattern.compile("[1-9][0-9]{0,3}");
  private static final int COMMAND_KEPT = 200;
  private static final int FIRST_NUMBER = 1000;
  private static final int NUMBERS = 9000;

  /** Whether this very request was granted before. */
  boolean granted() {
    return app.roster().containsKey(run.id()) || app.finished().containsKey(run.id());
  }

  Decision<AppEvent> decide(Instant now) {
    Optional<Granted> before = run.idempotencyKey().flatMap(app::dynoOfKey);
    if (before.isPresent()) {
      return before.get().isFor(run)
          ? Decision.accept()
          : refuse(
              Refusal.conflict(
                  "Idempotency-Key: it was used before for another request ("
                      + before.get().name()
                      + "); use a new key."),
              now);
    }
    Optional<Refusal> invalid = invalid();
    if (invalid.isPresent()) {
      return refuse(invalid.get(), now);
    }
    Limit limit = policy.limit(app.tier(), size().family());
    if (app.roster().size() >= limit.most()) {
      List<DynoSpec> counted = app.counted(size()).stream().map(Requested::spec).toList();
      if (counted.size() >= limit.most()) {
        List<String> names =
            counted.stream().limit(Limit.MOST_NAMED).map(dyno -> dyno.name().toString()).toList();
        return refuse(
            Refusal.overLimit(limit.most(), size().name(), names),
            Optional.of(limit),
            Optional.of(Limit.Counted.of(counted.stream().map(DynoSpec::id).toList())),
            now);
      }
    }
    return Decision.accept(
        new AppEvent.DynoRequested(
            now, run.by(), spec(), run.idempotencyKey(), Optional.of(limit)));
  }

  Decision<AppEvent> refuse(Refusal why, Instant now) {
    return refuse(
        why,
        why.shortage().map(_ -> policy.limit(app.tier(), size().family())),
        Optional.empty(),
        now);
  }

  private Decision<AppEvent> refuse(
      Refusal why, Optional<Limit> limit, Optional<Limit.Counted> counted, Instant now) {
    String command = run.command();
    return Decision.refuse(
        why,
        new AppEvent.DynoRefused(
            now,
            run.by(),
            run.id(),
            command.substring(0, Math.min(command.length(), COMMAND_KEPT)),
            run.size(),
            why.reason(),
            why.message(),
            limit,
            counted,
            why.shortage()));
  }

  private Optional<Refusal> invalid() {
    String command = ExitMarker.strip(run.command());
    if (command.isBlank()) {
      return refuse("command: it is empty; name the command to run.");
    }
    if (run.command().length() > policy.commandCharacters()) {
      return refuse(
          "command: it has "
              + run.command().length()
              + " characters, the limit is "
              + policy.commandCharacters()
              + "; put it into a script of the app.");
    }
    if (run.command().indexOf('\0') >= 0) {
      return refuse("command: it holds a NUL character, which no command can.");
    }
    if (!TYPE.matcher(run.type()).matches()) {
      return refuse(
          "type: \""
              + run.type()
              + "\" is no process type; use up to 128 letters, digits, - and _.");
    }
    if (run.env().size() > policy.envVariables()) {
      return refuse(
          "env: it has "
              + run.env().size()
              + " variables, the limit is "
              + policy.envVariables()
              + ".");
    }
    for (Map.Entry<String, String> variable : run.env().entrySet()) {
      Optional<Refusal> bad = badVariable("env", variable.getKey(), variable.getValue());
      if (bad.isPresent()) {
        return bad;
      }
    }
    if (run.timeToLive().isPresent()) {
      Duration ttl = run.timeToLive().get();
      if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(policy.longestTimeToLive()) > 0) {
        return refuse(
            "time_to_live: it must be 1 to "
                + policy.longestTimeToLive().toSeconds()
                + " seconds.");
      }
    }
    if (run.size().isPresent()) {
      Optional<DynoSize> asked = DynoSize.named(run.size().get());
      if (asked.isEmpty()) {
        return refuse(
            "No such size as "
                + run.size().get()
                + ". Available dyno sizes are "
                + DynoSize.ALL.stream().map(DynoSize::name).collect(Collectors.joining(", "))
                + ".");
      }
      if (!app.tier().allows(asked.get())) {
        return refuse(
            "Cannot use the following dyno types in the same app: "
                + app.tier().defaultOneOffSize().name()
                + " and "
                + asked.get().name());
      }
    }
    return Optional.empty();
  }

  /** What is wrong with an environment variable, if anything. */
  static Optional<Refusal> badVariable(String field, String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      return refuse(
          field
              + ": \""
              + name.replace("\0", "\\0")
              + "\" is no variable name; it must not be empty"
              + " nor hold = or NUL.");
    }
    return value.indexOf('\0') >= 0
        ? refuse(
            field + ": the value of " + name + " holds a NUL character, which no variable can.")
        : Optional.empty();
  }

  private static Optional<Refusal> refuse(String message) {
    return Optional.of(Refusal.invalid(message));
  }

  private DynoSize size() {
    return size(app, run.size());
  }

  static DynoSize size(App app, Optional<String> asked) {
    return asked.flatMap(DynoSize::named).orElseGet(() -> app.tier().defaultOneOffSize());
  }

  private DynoSpec spec() {
    String command = ExitMarker.strip(run.command());
    boolean terminal = run.attach() && run.terminal();
    return new DynoSpec(
        run.id(),
        app.id(),
        name(),
        false,
        size().name(),
        run.size().isPresent() ? Sizing.ASKED : Sizing.TIER,
        command,
        script(command),
        run.attach(),
        terminal,
        characters("COLUMNS", 80),
        characters("LINES", 24),
        run.attach() && ExitMarker.in(run.command()),
        run.env(),
        app.currentRelease().id(),
        app.currentRelease().version(),
        app.currentRelease().slug(),
        run.timeToLive(),
        policy.dynoPolicy(app.tier()),
        Optional.of(size()));
  }

  /** A process type as first word stands for its command (article "Working with One-Off Dynos"). */
  private String script(String command) {
    String trimmed = command.strip();
    Map<String, String> types = app.processTypes();
    if (types.isEmpty()) {
      return command;
    }
    String word = SPACE.split(trimmed, 2)[0];
    String declared = types.get(word);
    return declared == null ? command : declared + trimmed.substring(word.length());
  }

  private int characters(String variable, int otherwise) {
    String text = run.env().get(variable);
    return text != null && CHARACTERS.matcher(text).matches() ? Integer.parseInt(text) : otherwise;
  }

  /**
   * A random number of four digits that no live or remembered dyno of the type has, so that a name
   * tells one story; beyond 9,000 of them, more.
   */
  private DynoName name() {
    for (int i = 0; ; i++) {
      int number =
          i < NUMBERS ? FIRST_NUMBER + Math.floorMod(run.dice() + i, NUMBERS) : FIRST_NUMBER + i;
      var name = new DynoName(run.type(), number);
      if (!app.names().has(name, app)) {
        return name;
      }
    }
  }
}
