package dev.dynode.bench;

import java.util.ArrayList;
import java.util.List;

/** Figures of one kind. Not thread-safe. */
final class Samples {
  private final List<Double> all = new ArrayList<>();

  void add(double sample) {
    all.add(sample);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  double median() {
    List<Double> sorted = all.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** The smallest figure that 99 of 100 do not exceed: the largest where there are fewer. */
  double p99() {
    List<Double> sorted = all.stream().sorted().toList();
    return sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
  }
}
