package dev.dynode.simulator.load;

import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * A kind of dyno an app runs again and again. Durations are in seconds, memory is in MB of 1024 KB,
 * shares are from 0 to 1.
 *
 * @param size as the API spells it; empty: the app's
 * @param duration from the start of the command to its own end
 * @param attachDelay from the request to its client
 * @param think pauses of its user; one longer than the platform's idle time ends the session
 * @param forgets share of users who leave the console open for ever
 * @param forgotten when they do, from the attach
 * @param drops share of clients that lose their connection
 * @param dropped when they do, from the attach
 * @param trapsHangup share of commands that ignore SIGHUP
 * @param trapsTerminate share that ignores SIGTERM
 * @param fails share that exits with status 1
 * @param memory most a dyno uses, reached evenly over its own time
 */
public record Load(
    String name,
    Arrivals arrivals,
    Optional<String> size,
    boolean attach,
    Optional<Duration> timeToLive,
    Distribution duration,
    Distribution attachDelay,
    Optional<Distribution> think,
    double forgets,
    Distribution forgotten,
    double drops,
    Distribution dropped,
    double trapsHangup,
    double trapsTerminate,
    double fails,
    Distribution memory)
    implements Source {
  private static final double NANOS = 1e9;
  private static final double MEBIBYTE = 1024.0 * 1024;

  /** More pauses than this are not looked at one by one. */
  private static final int MOST_PAUSES = 10_000;

  @Override
  public Requests from(Instant start, ZoneId zone, Dice dice, Duration idleAfter) {
    Arrivals.Instants instants = arrivals.from(start, zone, dice.fork());
    return () -> {
      long at = instants.next();
      return at == Long.MAX_VALUE
          ? null
          : new Request(at, name, size, attach, timeToLive, behaviour(dice, idleAfter));
    };
  }

  private Behaviour behaviour(Dice dice, Duration idleAfter) {
    long runs = nanos(duration.draw(dice));
    int status = dice.chance(fails) ? 1 : 0;
    boolean ignoresHangup = dice.chance(trapsHangup);
    boolean ignoresTerminate = dice.chance(trapsTerminate);
    long used = (long) (memory.draw(dice) * MEBIBYTE);
    if (!attach) {
      return new Behaviour(
          runs,
          status,
          false,
          ignoresHangup,
          ignoresTerminate,
          Behaviour.NEVER,
          Behaviour.NEVER,
          Behaviour.NEVER,
          Behaviour.NEVER,
          used,
          runs);
    }
    long leaves = dice.chance(drops) ? nanos(dropped.draw(dice)) : Behaviour.NEVER;
    long idles =
        dice.chance(forgets)
            ? nanos(forgotten.draw(dice))
            : think.isPresent() ? longPause(think.get(), dice, runs, idleAfter) : Behaviour.NEVER;
    return new Behaviour(
        idles == Behaviour.NEVER ? runs : Behaviour.NEVER,
        status,
        false,
        ignoresHangup,
        ignoresTerminate,
        nanos(attachDelay.draw(dice)),
        leaves,
        idles,
        Behaviour.NEVER,
        used,
        runs);
  }

  /** When a pause begins that is longer than the platform's patience. */
  private static long longPause(Distribution think, Dice dice, long session, Duration idleAfter) {
    long patience = idleAfter.toNanos();
    if (think.quantile(1 - 1e-12) * NANOS < patience) {
      return Behaviour.NEVER;
    }
    long typed = 0;
    for (int i = 0; i < MOST_PAUSES && typed < session; i++) {
      long pause = nanos(think.draw(dice));
      if (pause >= patience) {
        return typed;
      }
      typed += pause;
    }
    return Behaviour.NEVER;
  }

  private static long nanos(double seconds) {
    return (long) Math.min(seconds * NANOS, Long.MAX_VALUE / 4.0);
  }
}
