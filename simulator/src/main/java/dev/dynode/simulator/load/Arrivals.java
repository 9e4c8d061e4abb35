package dev.dynode.simulator.load;

import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** When dynos are asked for. */
public sealed interface Arrivals {
  double HOUR = 3_600e9;

  /** The instants of one run, in order. */
  interface Instants {
    /** Nanoseconds from the start to the next one; {@link Long#MAX_VALUE} if none comes. */
    long next();
  }

  /** The arrivals of a run that begins at {@code start}. */
  Instants from(Instant start, ZoneId zone, Dice dice);

  /** Evenly at random. */
  record Poisson(double perHour) implements Arrivals {
    @Override
    public Instants from(Instant start, ZoneId zone, Dice dice) {
      var clock = new double[1];
      return () -> {
        clock[0] += dice.exponential(HOUR / perHour);
        return limited(clock[0]);
      };
    }
  }

  /**
   * Calm and busy by turns, each for an exponentially distributed time and evenly at random within
   * it. It begins calm.
   *
   * @param calm mean length of a calm time
   * @param busy mean length of a busy time
   */
  record Bursts(double calmPerHour, double busyPerHour, Duration calm, Duration busy)
      implements Arrivals {
    @Override
    public Instants from(Instant start, ZoneId zone, Dice dice) {
      return new Instants() {
        private double clock;
        private boolean burst;
        private double until = dice.exponential((double) calm.toNanos());

        @Override
        public long next() {
          while (clock < Long.MAX_VALUE) {
            double rate = burst ? busyPerHour : calmPerHour;
            double gap = rate > 0 ? dice.exponential(HOUR / rate) : Double.MAX_VALUE;
            if (clock + gap < until) {
              clock += gap;
              return limited(clock);
            }
            clock = until; // what is left of the gap is as long as a whole one: it has no memory
            burst = !burst;
            until += dice.exponential((double) (burst ? busy : calm).toNanos());
          }
          return Long.MAX_VALUE;
        }
      };
    }
  }

  /**
   * At random with a rate that follows the hours of the day and the days of the week, on the clock
   * of the zone, its daylight saving included.
   *
   * @param perHour rate where both weights are 1
   * @param hours 24 weights, from midnight
   * @param days 7 weights, from Monday
   */
  record Weekly(double perHour, List<Double> hours, List<Double> days) implements Arrivals {
    public Weekly {
      hours = List.copyOf(hours);
      days = List.copyOf(days);
    }

    @Override
    public Instants from(Instant start, ZoneId zone, Dice dice) {
      double most = highest(hours) * highest(days);
      if (most <= 0) {
        return () -> Long.MAX_VALUE;
      }
      return new Instants() {
        private double clock;
        private double weight;
        private double hourEnds = -1;

        @Override
        public long next() {
          do {
            clock += dice.exponential(HOUR / (perHour * most));
            if (clock >= Long.MAX_VALUE) {
              return Long.MAX_VALUE;
            }
            if (clock >= hourEnds) {
              lookAtTheClock();
            }
          } while (!dice.chance(weight / most));
          return (long) clock;
        }

        private void lookAtTheClock() {
          ZonedDateTime local = start.plusNanos((long) clock).atZone(zone);
          weight = hours.get(local.getHour()) * days.get(local.getDayOfWeek().getValue() - 1);
          Instant end = local.truncatedTo(ChronoUnit.HOURS).plusHours(1).toInstant();
          hourEnds = Duration.between(start, end).toNanos();
        }
      };
    }

    private static double highest(List<Double> weights) {
      return weights.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
  }

  /**
   * Many at once, again and again: what a crontab does at the full hour.
   *
   * @param offset of the first storm, from the start
   * @param jobs in each storm
   * @param spread each comes at a random instant of this time after the storm's
   */
  record Storms(Duration every, Duration offset, int jobs, Duration spread) implements Arrivals {
    @Override
    public Instants from(Instant start, ZoneId zone, Dice dice) {
      return storms(
          jobs,
          spread,
          dice,
          number -> offset.toNanos() + Math.multiplyExact(number, every.toNanos()));
    }
  }

  /**
   * Many at once, every day at a time of the zone's clock. A time that daylight saving leaves out
   * comes as much later; one that comes twice counts once.
   */
  record Daily(LocalTime at, int jobs, Duration spread) implements Arrivals {
    @Override
    public Instants from(Instant start, ZoneId zone, Dice dice) {
      var first = start.atZone(zone).toLocalDate();
      if (first.atTime(at).atZone(zone).toInstant().isBefore(start)) {
        first = first.plusDays(1);
      }
      var day = first;
      return storms(
          jobs,
          spread,
          dice,
          number ->
              Duration.between(start, day.plusDays(number).atTime(at).atZone(zone).toInstant())
                  .toNanos());
    }
  }

  /** When the n-th storm begins, from 0. */
  interface Beginnings {
    long of(long number);
  }

  private static Instants storms(int jobs, Duration spread, Dice dice, Beginnings beginnings) {
    return new Instants() {
      private final List<Long> due = new ArrayList<>();
      private long number;

      @Override
      public long next() {
        if (due.isEmpty()) {
          long begins = beginnings.of(number++);
          for (int i = 0; i < jobs; i++) {
            due.add(begins + (long) (dice.fraction() * spread.toNanos()));
          }
          due.sort(java.util.Comparator.reverseOrder());
        }
        return due.removeLast();
      }
    };
  }

  private static long limited(double clock) {
    return clock >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) clock;
  }
}
