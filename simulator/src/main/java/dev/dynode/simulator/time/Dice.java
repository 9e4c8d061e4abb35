package dev.dynode.simulator.time;

import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Randomness from one seed; forks are independent, so that one part's draws do not shift another's.
 * The same seed gives the same draws on every machine: only exact arithmetic and {@link StrictMath}
 * are used.
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
    return probability > 0 && random.nextDouble() < probability;
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** From 0, inclusive, to 1, exclusive. */
  public double fraction() {
    return random.nextDouble();
  }

  public <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Exponentially distributed with this mean. */
  public double exponential(double mean) {
    return -StrictMath.log(1 - random.nextDouble()) * mean;
  }

  public UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
