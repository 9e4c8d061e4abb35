package dev.dynode.bench.table;

import java.util.ArrayList;
import java.util.List;

/** Figures of one kind. Not thread-safe. */
public final class Samples {
  private final List<Double> all = new ArrayList<>();

  public void add(double sample) {
    all.add(sample);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  public double median() {
    List<Double> sorted = all.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** The smallest figure that 99 of 100 do not exceed: the largest where there are fewer. */
  public double p99() {
    List<Double> sorted = all.stream().sorted().toList();
    return sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
  }
}
