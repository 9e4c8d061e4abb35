package dev.dynode.simulator.faults;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Distribution;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.Scenario.Hosts;
import dev.dynode.simulator.scenario.Scenario.WhenFull;
import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one seed makes happen. */
record Plan(long seed, Tier tier, List<Fault> faults) {
  static final int HOSTS = 3;
  static final long MEMORY_OF_A_HOST = 16L << 30;

  /** Heroku's times, and limits that a short run can reach, each another. */
  static final AppPolicy POLICY =
      new AppPolicy(
          Map.of("eco", 1, "basic", 4, "standard", 5, "performance", 2, "private", 3, "shield", 2),
          300,
          2,
          40,
          AppPolicy.HEROKU.longestTimeToLive(),
          AppPolicy.HEROKU.shieldIdleAfter(),
          3,
          2,
          AppPolicy.HEROKU.dyno());

  /** When the last dyno must have ended: a life of 24 hours, and an hour by which clocks differ. */
  static final Duration LENGTH = Duration.ofHours(40);

  /** In seconds; the longest life. */
  private static final int DAY = 86_400;

  static final int DYNOS_OF_A_HOST = 2;

  private static final Duration SPAN = Duration.ofHours(1);
  private static final int MOST_DYNOS = 14;
  private static final int MOST_FAULTS = 8;
  private static final int MOST_CHANGES = 25;
  private static final int MOST_MEDDLING = 10;
  private static final long MINUTE = 60_000_000_000L;
  private static final long HOUR = 60 * MINUTE;

  /** Events upon which the control plane is killed. */
  private static final List<Class<?>> WRITTEN = written();

  private static final List<String> SIZES =
      List.of(
          "eco",
          "Basic",
          "standard-2X",
          "2x",
          "1X",
          "Performance-M",
          "px",
          "performance-l-ram",
          "Private-S",
          "shield-L",
          "Private-M",
          "hobby",
          "free",
          "Performance-XL",
          "Private-XL",
          "performance-2xl",
          "Standard-1X",
          "huge");

  Plan {
    faults = List.copyOf(faults);
  }

  static Plan of(long seed) {
    var dice = new Dice(seed);
    List<Fault> faults = new ArrayList<>();
    for (int i = 1 + dice.below(MOST_DYNOS); i > 0; i--) {
      faults.add(new Fault.Ask(anyTime(dice), number(dice)));
    }
    if (dice.chance(.5)) {
      for (int i = dice.below(MOST_CHANGES); i > 0; i--) {
        faults.add(new Fault.Change(anyTime(dice), number(dice)));
      }
    }
    for (int i = dice.below(MOST_MEDDLING); i > 0; i--) {
      faults.add(new Fault.Meddle(anyTime(dice), number(dice)));
    }
    for (int i = dice.below(MOST_FAULTS + 1); i > 0; i--) {
      faults.add(any(dice));
    }
    faults.sort(Comparator.comparingLong(Fault::at));
    return new Plan(seed, dice.pick(List.of(Tier.values())), faults);
  }

  private static List<Class<?>> written() {
    var all = new ArrayList<Class<?>>(List.of(DynoEvent.class.getPermittedSubclasses()));
    all.add(AppEvent.DynoRequested.class);
    all.add(AppEvent.DynoRetired.class);
    return List.copyOf(all);
  }

  private static long number(Dice dice) {
    return dice.uuid().getMostSignificantBits();
  }

  private static long anyTime(Dice dice) {
    return (long) (dice.fraction() * SPAN.toNanos());
  }

  private static Fault any(Dice dice) {
    long at = anyTime(dice);
    int host = dice.below(HOSTS);
    return switch (dice.below(8)) {
      case 0 -> new Fault.ControlKilled(at);
      case 1 -> new Fault.HostCrashed(at, host);
      case 2 -> new Fault.AgentRestarted(at, host);
      case 3 -> new Fault.Partition(at, host, (long) dice.exponential(MINUTE));
      case 4, 5 -> new Fault.ControlKilledUpon(at, dice.pick(WRITTEN));
      case 6 ->
          new Fault.ClockSet(at, dice.chance(.5) ? (dice.chance(.5) ? HOUR : -HOUR) : jump(dice));
      default -> new Fault.WritesFail(at, (long) dice.exponential(MINUTE));
    };
  }

  private static long jump(Dice dice) {
    return (long) ((dice.fraction() - .5) * 10 * MINUTE);
  }

  /** The same without some of it. */
  Plan only(List<Fault> fewer) {
    return new Plan(seed, tier, fewer);
  }

  /** The world it happens in. */
  Scenario scenario() {
    return new Scenario(
        "faults",
        Instant.parse("2026-03-28T23:30:00Z"), // half an hour before daylight saving begins
        LENGTH,
        Duration.ZERO,
        ZoneOffset.UTC,
        seed,
        new Hosts(
            HOSTS,
            DYNOS_OF_A_HOST,
            MEMORY_OF_A_HOST,
            Placement.SPREAD,
            WhenFull.REFUSE,
            Duration.ZERO,
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            new Distribution.Exponential(.03)),
        POLICY,
        Map.of(),
        List.of(new AppPlan("app", 1, tier, List.of())));
  }

  /** A dyno from the whole range a platform sees, the rare cases made common. */
  static Request request(Fault.Ask ask) {
    var dice = new Dice(ask.seed());
    long runs = (long) dice.exponential(dice.chance(.2) ? 40.0 * HOUR : 20.0 * MINUTE);
    boolean attach = dice.chance(.6);
    return new Request(
        ask.at(),
        "work",
        dice.chance(.4) ? Optional.of(dice.pick(SIZES)) : Optional.empty(),
        attach,
        dice.chance(.2)
            ? Optional.of(Duration.ofSeconds(dice.chance(.2) ? DAY : 1 + dice.below(DAY)))
            : Optional.empty(),
        new Behaviour(
            runs,
            dice.below(3),
            dice.chance(.03),
            dice.chance(.3),
            dice.chance(.3),
            attach && dice.chance(.85) ? (long) dice.exponential(10e9) : Behaviour.NEVER,
            dice.chance(.4) ? (long) dice.exponential(20.0 * MINUTE) : Behaviour.NEVER,
            dice.chance(.3) ? (long) dice.exponential(30.0 * MINUTE) : Behaviour.NEVER,
            dice.chance(.2) ? (long) dice.exponential(10.0 * MINUTE) : Behaviour.NEVER,
            dice.chance(.1) ? 1L << 40 : 0,
            (long) dice.exponential(5e5 * MINUTE)));
  }
}
