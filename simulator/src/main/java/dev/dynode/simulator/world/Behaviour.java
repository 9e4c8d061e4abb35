package dev.dynode.simulator.world;

import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.util.Optional;

/**
 * How one simulated dyno and its client behave.
 *
 * @param runs time from the start of the command to its own end
 * @param trapsHangup whether it goes on after SIGHUP
 * @param trapsTerminate whether it goes on after SIGTERM
 * @param attachesAfter when its client comes; empty: never
 * @param leavesAfter when its client drops the connection, from the attach; empty: it stays
 * @param idlesAfter when its last byte moves, from the attach; empty: it keeps typing
 * @param startFails whether the host cannot start it
 * @param doublesMemory when it holds one and a half of its memory quota, from the start of the
 *     command, and twice the quota as long after that; empty: it stays below
 */
public record Behaviour(
    Duration runs,
    boolean trapsHangup,
    boolean trapsTerminate,
    Optional<Duration> attachesAfter,
    Optional<Duration> leavesAfter,
    Optional<Duration> idlesAfter,
    boolean startFails,
    Optional<Duration> doublesMemory) {

  /** A behaviour drawn from the whole range a platform sees, the rare cases made common. */
  public static Behaviour any(Dice dice) {
    return new Behaviour(
        dice.exponential(Duration.ofHours(dice.chance(0.2) ? 40 : 1)),
        dice.chance(0.3),
        dice.chance(0.3),
        dice.chance(0.85)
            ? Optional.of(dice.exponential(Duration.ofSeconds(10)))
            : Optional.empty(),
        dice.chance(0.4) ? Optional.of(dice.exponential(Duration.ofMinutes(20))) : Optional.empty(),
        dice.chance(0.3) ? Optional.of(dice.exponential(Duration.ofMinutes(30))) : Optional.empty(),
        dice.chance(0.03),
        dice.chance(0.1) ? Optional.of(dice.exponential(Duration.ofMinutes(5))) : Optional.empty());
  }
}
