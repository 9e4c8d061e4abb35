package dev.dynode.simulator.faults;

import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.world.Network;

/** Delays, reorders, doubles and loses messages; what is lost is sent again. */
final class FaultyNetwork implements Network {
  private static final double MILLISECOND = 1e6;
  private static final double OFTEN_DELAYED = 3 * MILLISECOND;
  private static final double SELDOM_DELAYED = 4e9;
  private static final double SELDOM = .08;
  private static final double DOUBLED = .1;
  private static final double LOST = .05;
  private static final long AGAIN = 5_000_000_000L;

  private final EventQueue queue;
  private final Dice dice;
  private final Network atOnce;
  private long cutUntil;
  private int life;

  FaultyNetwork(EventQueue queue, Dice dice, Network atOnce) {
    this.queue = queue;
    this.dice = dice;
    this.atOnce = atOnce;
  }

  /** Nothing passes for so long. */
  void cut(long nanos) {
    cutUntil = Math.max(cutUntil, queue.now() + nanos);
  }

  /** What is on its way is gone, as when either end is killed. */
  void forget() {
    life++;
  }

  @Override
  public void send(Runnable delivery) {
    deliver(delivery);
    if (dice.chance(DOUBLED)) {
      deliver(delivery);
    }
  }

  private void deliver(Runnable delivery) {
    double delay = dice.exponential(dice.chance(SELDOM) ? SELDOM_DELAYED : OFTEN_DELAYED);
    while (dice.chance(LOST)) {
      delay += AGAIN;
    }
    int sent = life;
    queue.at(
        Math.max(queue.now(), cutUntil) + (long) delay,
        () -> {
          if (life == sent) {
            atOnce.send(delivery);
          }
        });
  }
}
