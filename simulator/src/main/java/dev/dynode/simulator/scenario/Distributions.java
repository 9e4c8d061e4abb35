package dev.dynode.simulator.scenario;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.dynode.simulator.load.Distribution;
import dev.dynode.simulator.load.Distribution.Point;
import java.util.ArrayList;
import java.util.List;

/** Reads distributions of times, in seconds, or of memory, in MB. */
final class Distributions {
  /** What a distribution is of. */
  enum Amount {
    TIME,
    MEMORY;

    double of(Section section, String key) {
      return of(section, section.value(key), key);
    }

    double of(Section section, ConfigValue value, String key) {
      return this == TIME ? section.seconds(value, key) : section.megabytes(value, key);
    }
  }

  private static final List<String> KINDS =
      List.of("exponential", "log-normal", "pareto", "burr", "quantiles");

  private final Section profiles;

  /**
   * @param profiles the file that names distributions
   */
  Distributions(Section profiles) {
    this.profiles = profiles;
  }

  Distribution read(Section in, String key, Amount amount, double otherwise) {
    return in.has(key) ? read(in, key, amount) : new Distribution.Fixed(otherwise);
  }

  Distribution read(Section in, String key, Amount amount) {
    ConfigValue value = in.value(key);
    if (value instanceof ConfigObject) {
      return described(in.section(key), in, key, amount);
    }
    if (value.valueType() == ConfigValueType.STRING
        && profiles.find("distributions", in.text(key)) instanceof ConfigObject named) {
      return described(new Section("distributions." + in.text(key), named), in, key, amount);
    }
    if (value.valueType() == ConfigValueType.STRING && in.text(key).matches("[a-z][-a-z]*")) {
      throw in.wrong(
          key,
          "there is no distribution \""
              + in.text(key)
              + "\"; known are "
              + String.join(
                  ", ", profiles.section("distributions").keys().stream().sorted().toList())
              + ".");
    }
    return new Distribution.Fixed(amount.of(in, key));
  }

  private static Distribution described(Section of, Section in, String key, Amount amount) {
    List<String> kinds = KINDS.stream().filter(of::has).toList();
    if (kinds.size() != 1) {
      throw in.wrong(key, "it must have one of " + String.join(", ", KINDS) + ".");
    }
    of.optional("source");
    Distribution distribution =
        switch (kinds.getFirst()) {
          case "exponential" -> new Distribution.Exponential(amount.of(of, "exponential"));
          case "log-normal" -> logNormal(of.section("log-normal"), amount);
          case "pareto" -> {
            Section pareto = of.section("pareto");
            yield done(
                pareto,
                new Distribution.Pareto(
                    amount.of(pareto, "least"), pareto.number("shape", 1e-3, 1e3)));
          }
          case "burr" -> {
            Section burr = of.section("burr");
            yield done(
                burr,
                new Distribution.Burr(
                    burr.number("c", 1e-3, 1e3),
                    burr.number("k", 1e-3, 1e3),
                    amount.of(burr, "scale")));
          }
          default -> quantiles(of, amount);
        };
    if (of.has("least") || of.has("most")) {
      double least = of.has("least") ? amount.of(of, "least") : 0;
      double most = of.has("most") ? amount.of(of, "most") : Double.MAX_VALUE;
      if (least > most) {
        throw of.wrong("least", "it is above most.");
      }
      distribution = new Distribution.Bounded(distribution, least, most);
    }
    return done(of, distribution);
  }

  private static Distribution done(Section section, Distribution distribution) {
    section.done();
    return distribution;
  }

  private static Distribution logNormal(Section of, Amount amount) {
    if (of.has("median") == of.has("log-mean")) {
      throw of.wrong("median", "give either median or log-mean.");
    }
    double logMean =
        of.has("median")
            ? StrictMath.log(amount.of(of, "median"))
            : of.number("log-mean", -100, 100);
    return done(of, new Distribution.LogNormal(logMean, of.number("sigma", 0, 100)));
  }

  private static Distribution quantiles(Section of, Amount amount) {
    List<Point> points = new ArrayList<>();
    for (ConfigValue pair : of.list("quantiles")) {
      if (!(pair instanceof ConfigList list)
          || list.size() != 2
          || !(list.get(0).unwrapped() instanceof Number share)) {
        throw of.wrong("quantiles", "each must be a pair [share, amount].");
      }
      var point = new Point(share.doubleValue(), amount.of(of, list.get(1), "quantiles"));
      if (!points.isEmpty()
          && (point.p() <= points.getLast().p() || point.amount() < points.getLast().amount())) {
        throw of.wrong("quantiles", "shares must grow and amounts must not fall.");
      }
      points.add(point);
    }
    if (points.size() < 2 || points.getFirst().p() != 0 || points.getLast().p() != 1) {
      throw of.wrong("quantiles", "they must begin with share 0 and end with share 1.");
    }
    return new Distribution.Quantiles(points);
  }
}
