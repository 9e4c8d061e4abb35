package dev.dynode.simulator.faults;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.simulator.rules.AppPast;
import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What people want of an app: the sensible, the impossible, and the same once more. */
final class Users {
  private static final String USER = "user@example.com";
  private static final Refusal FULL = new Shortage(3, 0, 0, 1, 1).refusal();
  private static final Refusal NO_HOST = new Shortage(0, 0, 0, 1, 0).refusal();
  private static final List<String> VARIABLES =
      List.of("A", "B", "COLUMNS", "LINES", "", "C=", "=C", "D\0", "\0D");
  private static final List<String> VALUES =
      List.of("1", "2", "120", "0", "99999", "x".repeat(29), "ä".repeat(14), "a\0b", "\0");

  /** How many of these are as they should be. */
  private static final int GOOD_VARIABLES = 4;

  private static final int GOOD_VALUES = 7;
  private static final List<String> COMMANDS =
      List.of(
          "work",
          "worker 42",
          "  worker",
          ExitMarker.mark("work"),
          ExitMarker.mark("worker -x"),
          "",
          "  ",
          ExitMarker.mark(" "),
          "w".repeat(250),
          "w".repeat(300),
          "w".repeat(301),
          "a\0b",
          "\0");

  private final List<RunDyno> asked = new ArrayList<>();

  /** A request for a dyno as somebody else might have made it. */
  RunDyno asks(RunDyno run, Dice dice) {
    RunDyno other =
        new RunDyno(
            run.by(),
            run.id(),
            dice.chance(.3) ? dice.below(6) - 3 : run.dice(),
            dice.chance(.3) ? dice.pick(COMMANDS) : run.command(),
            dice.chance(.1) ? dice.pick(List.of("release", "no.type", "")) : run.type(),
            run.size(),
            run.attach(),
            dice.chance(.9),
            dice.chance(.3) ? variables(dice) : run.env(),
            dice.chance(.1)
                ? Optional.of(
                    dice.pick(
                        List.of(
                            Duration.ZERO,
                            Duration.ofSeconds(-1),
                            Duration.ofHours(24),
                            Duration.ofHours(24).plusSeconds(1))))
                : run.timeToLive(),
            dice.chance(.3) ? Optional.of(dice.pick(List.of("k", "l"))) : Optional.empty());
    asked.add(other);
    return other;
  }

  private static Map<String, String> variables(Dice dice) {
    var variables = new TreeMap<String, String>(); // one order on every machine
    for (int i = dice.below(5); i > 0; i--) {
      boolean good = dice.chance(.9);
      variables.put(
          VARIABLES.get(dice.below(good ? GOOD_VARIABLES : VARIABLES.size())),
          VALUES.get(dice.below(good ? GOOD_VALUES : VALUES.size())));
    }
    return Collections.unmodifiableMap(variables);
  }

  /** What is wanted of an app, in order. */
  List<AppCommand> changes(AppPast app, Dice dice) {
    return dice.chance(.3) ? deploy(dice) : List.of(change(app, dice));
  }

  private static List<AppCommand> deploy(Dice dice) {
    SlugId slug = newSlug(dice);
    return List.of(
        slug(dice, slug), stored(slug, dice), release(new ReleaseId(dice.uuid()), slug, dice));
  }

  private AppCommand change(AppPast app, Dice dice) {
    SlugId slug =
        dice.chance(.9) && !app.slugs().isEmpty() ? dice.pick(app.slugs()) : newSlug(dice);
    return switch (dice.below(20)) {
      case 0, 1, 2, 3 -> slug(dice, dice.chance(.9) ? newSlug(dice) : slug);
      case 4, 5, 6 -> stored(slug, dice);
      case 7, 8, 9 -> release(release(app, dice), slug, dice);
      case 10, 11, 12, 13 ->
          new AppCommand.RollBack(
              USER,
              release(app, dice),
              dice.chance(.9) ? dice.pick(app.releases()) : new ReleaseId(dice.uuid()));
      case 14 -> new AppCommand.RemoveSlug(USER, slug);
      case 15, 16 -> {
        var vars = new TreeMap<String, Optional<String>>();
        variables(dice)
            .forEach(
                (name, value) ->
                    vars.put(name, dice.chance(.7) ? Optional.of(value) : Optional.empty()));
        yield new AppCommand.SetConfig(USER, new ReleaseId(dice.uuid()), vars);
      }
      case 17 ->
          new AppCommand.UpdateApp(
              USER,
              dice.chance(.3) ? Optional.of("renamed") : Optional.empty(),
              dice.chance(.5) ? Optional.of(dice.chance(.5)) : Optional.empty(),
              dice.chance(.5) ? Optional.of(dice.pick(List.of(Tier.values()))) : Optional.empty());
      case 18 -> again(app, dice);
      default ->
          dice.chance(.2)
              ? new AppCommand.DeleteApp("other@example.com")
              : new AppCommand.CreateApp(
                  USER,
                  new AppId(dice.uuid()),
                  new ReleaseId(dice.uuid()),
                  "app",
                  Tier.ECO,
                  "local",
                  "host");
    };
  }

  /** What was asked before, once more; or the end of a dyno that nobody knows. */
  private AppCommand again(AppPast app, Dice dice) {
    if (asked.isEmpty() || dice.chance(.2)) {
      return new AppCommand.RetireDyno(
          "dynode", new DynoId(dice.uuid()), Ending.EXITED, Optional.of(0), Instant.EPOCH);
    }
    RunDyno run = dice.pick(asked);
    return switch (app.knows(run.id()) ? dice.below(4) : 2 + dice.below(2)) {
      case 0 -> run;
      case 1 -> run.idempotencyKey().isPresent() ? withAnotherId(run, dice) : run;
      case 2 -> new AppCommand.RunNowhere(run, FULL);
      default -> new AppCommand.RefuseDyno(run, NO_HOST);
    };
  }

  /** The key alone says that it is the same, if it is. */
  private static RunDyno withAnotherId(RunDyno run, Dice dice) {
    Optional<String> otherSize = Optional.of(dice.pick(List.of("Basic", "1x", "eco", "private-m")));
    return new RunDyno(
        run.by(),
        new DynoId(dice.uuid()),
        run.dice(),
        dice.chance(.1) ? "other" : run.command(),
        dice.chance(.1) ? "other" : run.type(),
        dice.chance(.4) ? otherSize : run.size(),
        dice.chance(.1) != run.attach(),
        run.terminal(),
        dice.chance(.1) ? Map.of("A", "9") : run.env(),
        run.timeToLive(),
        run.idempotencyKey());
  }

  /** The same as somebody asks for under another id. */
  static RunDyno same(RunDyno run, DynoId id) {
    return new RunDyno(
        run.by(),
        id,
        run.dice(),
        run.command(),
        run.type(),
        run.size(),
        run.attach(),
        run.terminal(),
        run.env(),
        run.timeToLive(),
        run.idempotencyKey());
  }

  private static AppCommand stored(SlugId slug, Dice dice) {
    String checksum = dice.pick(List.of("SHA256:0123456789", "ab", "12345678", "xSHA256:01"));
    return new AppCommand.ReportSlugStored(USER, slug, dice.below(1_000), checksum);
  }

  private static AppCommand release(ReleaseId id, SlugId slug, Dice dice) {
    return new AppCommand.CreateRelease(
        USER, id, slug, dice.chance(.3) ? Optional.of("By hand") : Optional.empty());
  }

  private static AppCommand slug(Dice dice, SlugId id) {
    Optional<String> text = dice.chance(.5) ? Optional.of("0123456789abcdef") : Optional.empty();
    return new AppCommand.CreateSlug(
        USER,
        id,
        dice.chance(.9) ? Map.of("worker", "run this") : Map.of("no type", "run that"),
        text,
        dice.chance(.5) ? Optional.of(dice.chance(.5) ? "c0ffee" : "0123456789") : Optional.empty(),
        text,
        text,
        "host");
  }

  private static SlugId newSlug(Dice dice) {
    return new SlugId(dice.uuid());
  }

  private static ReleaseId release(AppPast app, Dice dice) {
    return dice.chance(.9) ? new ReleaseId(dice.uuid()) : dice.pick(app.releases());
  }
}
