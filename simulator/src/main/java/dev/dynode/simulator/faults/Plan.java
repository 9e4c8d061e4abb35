package dev.dynode.simulator.faults;

import dev.dynode.domain.app.Tier;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What one seed makes happen. */
record Plan(long seed, Tier tier, List<Fault> faults) {
  static final int HOSTS = 3;
  static final int DYNOS_OF_A_HOST = 2;

  private static final Duration SPAN = Duration.ofHours(1);
  private static final int MOST_DYNOS = 14;
  private static final int MOST_FAULTS = 8;
  private static final long MINUTE = 60_000_000_000L;
  private static final long HOUR = 60 * MINUTE;

  Plan {
    faults = List.copyOf(faults);
  }

  static Plan of(long seed) {
    var dice = new Dice(seed);
    List<Fault> faults = new ArrayList<>();
    for (int i = 1 + dice.below(MOST_DYNOS); i > 0; i--) {
      faults.add(new Fault.Ask(anyTime(dice), dice.uuid().getMostSignificantBits()));
    }
    for (int i = dice.below(MOST_FAULTS + 1); i > 0; i--) {
      faults.add(any(dice));
    }
    faults.sort(Comparator.comparingLong(Fault::at));
    return new Plan(seed, dice.pick(List.of(Tier.values())), faults);
  }

  private static long anyTime(Dice dice) {
    return (long) (dice.fraction() * SPAN.toNanos());
  }

  private static Fault any(Dice dice) {
    long at = anyTime(dice);
    int host = dice.below(HOSTS);
    return switch (dice.below(6)) {
      case 0 -> new Fault.ControlKilled(at);
      case 1 -> new Fault.HostCrashed(at, host);
      case 2 -> new Fault.AgentRestarted(at, host);
      case 3 -> new Fault.Partition(at, host, (long) dice.exponential(MINUTE));
      case 4 ->
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

  /** A dyno from the whole range a platform sees, the rare cases made common. */
  static Request request(Fault.Ask ask) {
    var dice = new Dice(ask.seed());
    long runs = (long) dice.exponential(dice.chance(.2) ? 40.0 * HOUR : 20.0 * MINUTE);
    boolean attach = dice.chance(.6);
    return new Request(
        ask.at(),
        "work",
        Optional.empty(),
        attach,
        dice.chance(.2)
            ? Optional.of(Duration.ofSeconds(1 + dice.below(86_400)))
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
