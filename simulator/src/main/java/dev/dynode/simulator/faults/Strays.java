package dev.dynode.simulator.faults;

import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Signal.Wake;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.world.Party;
import dev.dynode.simulator.world.SimHost;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What may reach a dyno at any moment: of users, timers and hosts, early, late or of another life.
 */
final class Strays {
  private static final UUID CONNECTION = new UUID(1, 2);
  private static final long MEBIBYTE = 1L << 20;
  private static final String USER = "user@example.com";

  private Strays() {}

  /** What an app's conductor may hear at any moment. */
  static Signal<Party> signal(DynoId dyno, SimHost host, Dice dice) {
    HostId id = host.view().id();
    DynoId known = dice.chance(.7) ? dyno : new DynoId(dice.uuid());
    return switch (dice.below(10)) {
      case 0 -> new Signal.NameClaimed<>(dice.chance(.5) ? "app" : "former");
      case 1 -> new Signal.Counted<>(dyno, dice.chance(.5));
      case 2 -> new Signal.Due<>(new Wake.CountEnds(dyno));
      case 3 -> new Signal.Due<>(new Wake.LookAgain(dyno));
      case 4 -> new Signal.Due<>(new Wake.PlaceAgain(dyno));
      case 5 -> new Signal.Due<>(new Wake.Silent(dyno, id, dice.below(4)));
      case 6 -> new Signal.Reported<>(known, new DynoCommand.ReportPrepared(1), host);
      case 7 -> new Signal.PlaceAnswered<>(dyno, host.view(), false, dice.chance(.5));
      case 8 -> new Signal.HostsUnknown<>(dyno);
      default ->
          new Signal.HostHolds<>(known, dice.chance(.5) ? Optional.of(id) : Optional.empty(), host);
    };
  }

  /**
   * @param now what the control plane's clock says
   */
  static DynoCommand any(DynoState state, Dice dice, Instant now) {
    int generation = dice.chance(.7) ? 1 : dice.below(3);
    return switch (dice.below(14)) {
      case 0 -> new DynoCommand.Stop(USER, dice.pick(List.of(StopCause.values())));
      case 1, 2 -> new DynoCommand.Resize(USER, 1 + dice.below(200), 1 + dice.below(80));
      case 3 -> new DynoCommand.TimerDue(dice.pick(List.of(DynoTimer.values())));
      case 4 -> new DynoCommand.ReportPrepared(generation);
      case 5 -> new DynoCommand.ReportDetached(generation);
      case 6 ->
          new DynoCommand.ReportIdle(
              generation, now.minusSeconds(dice.pick(List.of(0, 900, 899, 3_600, 3_599, 7_200))));
      case 7, 8, 9 -> new DynoCommand.ReportUsage(generation, usage(state, dice));
      case 10, 11 ->
          new DynoCommand.Attach(
              "thief@example.com",
              "198.51.100.9",
              dice.chance(.7) ? Optional.of(CONNECTION) : Optional.empty());
      case 12 -> dice.chance(.7) ? ofAnotherLife(dice) : untimely(state, dice);
      default ->
          state instanceof DynoState.Live live && dice.chance(.5)
              ? new DynoCommand.Create(USER, live.spec(), new HostId("host-1"))
              : new DynoCommand.Place(USER, new HostId("host-2"), Optional.empty());
    };
  }

  /** Of this launch, at a time when it cannot be so: before it was ordered, or once it runs. */
  private static DynoCommand untimely(DynoState state, Dice dice) {
    if (state instanceof DynoState.Live live && live.startedAt().isPresent()) {
      return dice.chance(.5)
          ? new DynoCommand.ReportStarted(1, 2)
          : new DynoCommand.ReportStartFailed(1, "stray");
    }
    return state instanceof DynoState.Live live && live.phase() == DynoState.Phase.AWAITING
        ? new DynoCommand.ReportStarted(1, 2)
        : ofAnotherLife(dice);
  }

  /** Of a launch that there was not, or not yet. */
  private static DynoCommand ofAnotherLife(Dice dice) {
    int generation = dice.chance(.5) ? 0 : 2;
    return switch (dice.below(4)) {
      case 0 -> new DynoCommand.ReportStarted(generation, 1);
      case 1 -> new DynoCommand.ReportStartFailed(generation, "stray");
      case 2 -> new DynoCommand.ReportExited(generation, 7);
      default -> new DynoCommand.ReportLost(generation, "stray");
    };
  }

  /** Below, at and above what may be used. */
  private static Usage usage(DynoState state, Dice dice) {
    long quota = (state instanceof DynoState.Live live ? megabytes(live.spec()) : 512) * MEBIBYTE;
    return new Usage(
        around(quota, dice),
        dice.chance(.9) ? around(quota, dice) : around(2 * quota, dice),
        dice.chance(.03) ? 1 : 0,
        dice.chance(.5) ? 0 : dice.below(4),
        dice.chance(.9) ? 10 : 10 + dice.below(3),
        11);
  }

  private static long around(long value, Dice dice) {
    return value - 1 + dice.below(3);
  }

  private static long megabytes(DynoSpec spec) {
    return switch (spec.size()) {
      case "Eco", "Basic", "Standard-1X" -> 512;
      case "Standard-2X", "Private-S" -> 1_024;
      default -> 2_560;
    };
  }
}
