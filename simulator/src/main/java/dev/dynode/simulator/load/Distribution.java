package dev.dynode.simulator.load;

import dev.dynode.simulator.time.Dice;
import java.util.List;

/**
 * A distribution of amounts that are not negative, in whatever unit the reader of it says. A draw
 * takes one number from the dice: what is drawn before and after does not depend on the kind of
 * distribution, so that two scenarios can be compared dyno by dyno.
 */
public sealed interface Distribution {
  /**
   * The amount that a share {@code p} of all draws stays below.
   *
   * @param p from 0, inclusive, to 1, exclusive
   */
  double quantile(double p);

  default double draw(Dice dice) {
    return quantile(dice.fraction());
  }

  /** Always the same. */
  record Fixed(double value) implements Distribution {
    @Override
    public double quantile(double p) {
      return value;
    }
  }

  record Exponential(double mean) implements Distribution {
    @Override
    public double quantile(double p) {
      return -mean * StrictMath.log1p(-p);
    }
  }

  /**
   * Its logarithm is normally distributed.
   *
   * @param logMean mean of the natural logarithm; the median is {@code exp(logMean)}
   * @param sigma standard deviation of the natural logarithm
   */
  record LogNormal(double logMean, double sigma) implements Distribution {
    @Override
    public double quantile(double p) {
      return StrictMath.exp(logMean + sigma * Normal.quantile(p));
    }
  }

  /**
   * Pareto's first kind: at least {@code scale}, with a tail as heavy as {@code shape} is small.
   */
  record Pareto(double scale, double shape) implements Distribution {
    @Override
    public double quantile(double p) {
      return scale * StrictMath.pow(1 - p, -1 / shape);
    }
  }

  /** Burr's type XII: {@code F(x) = 1 - (1 + (x / scale)^c)^-k}. */
  record Burr(double c, double k, double scale) implements Distribution {
    @Override
    public double quantile(double p) {
      return scale * StrictMath.pow(StrictMath.pow(1 - p, -1 / k) - 1, 1 / c);
    }
  }

  /**
   * What was measured, as quantiles; between two of them the logarithm of the amount is taken to
   * grow evenly, and evenly the amount itself where one of them is zero.
   *
   * @param points in order of {@code p}, the first at 0 and the last at 1
   */
  record Quantiles(List<Point> points) implements Distribution {
    public Quantiles {
      points = List.copyOf(points);
    }

    @Override
    public double quantile(double p) {
      int above = 1;
      while (points.get(above).p() < p) {
        above++;
      }
      Point low = points.get(above - 1);
      Point high = points.get(above);
      double part = (p - low.p()) / (high.p() - low.p());
      return low.amount() <= 0
          ? low.amount() + part * (high.amount() - low.amount())
          : low.amount() * StrictMath.pow(high.amount() / low.amount(), part);
    }
  }

  /** A share {@code p} is at most {@code amount}. */
  record Point(double p, double amount) {}

  /** Another distribution, never below {@code least} nor above {@code most}. */
  record Bounded(Distribution of, double least, double most) implements Distribution {
    @Override
    public double quantile(double p) {
      return Math.clamp(of.quantile(p), least, most);
    }
  }
}
