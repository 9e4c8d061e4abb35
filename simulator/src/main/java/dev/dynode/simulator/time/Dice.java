package dev.dynode.simulator.time;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Randomness from one seed; forks are independent, so that one part's draws do not shift another's.
 */
public final class Dice {
  private final SplittableRandom random;

  public Dice(long seed) {
    this(new SplittableRandom(seed));
  }

  private Dice(SplittableRandom random) {
    this.random = random;
  }

  public Dice fork() {
    return new Dice(random.split());
  }

  public boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Exponentially distributed with this mean. */
  public Duration exponential(Duration mean) {
    return Duration.ofNanos(
        (long) (-Math.log(1 - random.nextDouble()) * (double) mean.toNanos()) / 1_000 * 1_000);
  }

  public UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
