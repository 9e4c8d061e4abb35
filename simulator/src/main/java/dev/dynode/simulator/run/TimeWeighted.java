package dev.dynode.simulator.run;

import java.util.Arrays;

/** How long a number of things had which value, over one span of time and over parts of it. */
final class TimeWeighted {
  private final long from;
  private final long length;
  private long[] nanosAt = new long[64];
  private final double[] area;
  private final int[] peaks;
  private int level;
  private long since;

  /**
   * @param from nanoseconds from the start that are left out
   * @param until nanoseconds from the start; later changes do not count
   * @param parts equal parts of the whole time, from the start
   */
  TimeWeighted(long from, long until, int parts) {
    this.from = from;
    this.length = until;
    area = new double[parts];
    peaks = new int[parts];
  }

  int level() {
    return level;
  }

  void add(int change, long now) {
    advance(now);
    level += change;
    int part = part(now);
    peaks[part] = Math.max(peaks[part], level);
    if (level >= nanosAt.length) {
      nanosAt = Arrays.copyOf(nanosAt, Math.max(level + 1, nanosAt.length * 2));
    }
  }

  /** The level has lasted until now. */
  void advance(long now) {
    long end = Math.min(now, length);
    if (end <= since) {
      return;
    }
    long counts = Math.max(since, Math.min(from, end));
    nanosAt[level] += end - counts;
    int part = part(since);
    while (since < end) {
      long partEnds = part == area.length - 1 ? length : endOf(part);
      long until = Math.min(end, Math.max(partEnds, since + 1));
      area[part] += (double) level * (until - since);
      peaks[part] = Math.max(peaks[part], level);
      since = until;
      part = Math.min(part + 1, area.length - 1);
    }
  }

  private int part(long now) {
    return (int) Math.min(area.length - 1, (long) ((double) now / length * area.length));
  }

  private long endOf(int part) {
    return (long) ((double) length * (part + 1) / area.length);
  }

  double mean() {
    double sum = 0;
    for (int i = 0; i < nanosAt.length; i++) {
      sum += (double) i * nanosAt[i];
    }
    double time = time();
    return time == 0 ? 0 : sum / time;
  }

  /** Nanoseconds that count. */
  private double time() {
    double time = 0;
    for (long nanos : nanosAt) {
      time += nanos;
    }
    return time;
  }

  int peak() {
    int peak = nanosAt.length - 1;
    while (peak > 0 && nanosAt[peak] == 0) {
      peak--;
    }
    return peak;
  }

  /** The level that was not exceeded in a share {@code p} of the time. */
  int quantile(double p) {
    double time = time();
    double below = 0;
    for (int i = 0; i < nanosAt.length; i++) {
      below += nanosAt[i];
      if (below >= p * time) {
        return i;
      }
    }
    return peak();
  }

  /** Share of the time it had this value. */
  double share(int value) {
    double time = time();
    return value < nanosAt.length && time > 0 ? nanosAt[value] / time : 0;
  }

  /** Mean in one of the parts. */
  double mean(int part) {
    long begins = part == 0 ? 0 : endOf(part - 1);
    long ends = part == area.length - 1 ? length : endOf(part);
    return area[part] / Math.max(1, ends - begins);
  }

  /** Highest value in one of the parts. */
  int peak(int part) {
    return peaks[part];
  }
}
