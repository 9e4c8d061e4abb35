package dev.dynode.simulator.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.simulator.load.Distribution.Burr;
import dev.dynode.simulator.load.Distribution.Exponential;
import dev.dynode.simulator.load.Distribution.LogNormal;
import dev.dynode.simulator.load.Distribution.Pareto;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.ExponentialDistribution;
import org.apache.commons.statistics.distribution.LogNormalDistribution;
import org.apache.commons.statistics.distribution.ParetoDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Quantiles against another library's, and where it has none against the definition. */
@Tag("unit")
class DistributionTest {
  private static final double[] SHARES = {
    1e-12, 1e-6, .01, .07, .075, .1, .25, .5, .75, .9, .924, .925, .926, .99, .9999, 1 - 1e-9
  };

  @Test
  void quantilesAreThoseOfTheLibrary() {
    agree(ExponentialDistribution.of(7), new Exponential(7));
    agree(LogNormalDistribution.of(-0.38, 2.36), new LogNormal(-0.38, 2.36));
    agree(ParetoDistribution.of(3, 1.5), new Pareto(3, 1.5));
  }

  private static void agree(ContinuousDistribution library, Distribution ours) {
    for (double share : SHARES) {
      double expected = library.inverseCumulativeProbability(share);
      assertEquals(
          expected, ours.quantile(share), Math.abs(expected) * 1e-9, ours + " at " + share);
    }
  }

  @Test
  void burrsQuantilesUndoItsDefinition() {
    var burr = new Burr(11.652, .221, 107.083);
    for (double share : SHARES) {
      double x = burr.quantile(share);
      double back = 1 - Math.pow(1 + Math.pow(x / burr.scale(), burr.c()), -burr.k());
      assertEquals(share, back, 1e-9);
    }
  }
}
