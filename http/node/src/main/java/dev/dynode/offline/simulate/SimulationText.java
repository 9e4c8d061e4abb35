package dev.dynode.offline.simulate;

import dev.dynode.cli.terminal.Table;
import dev.dynode.simulator.load.Load;
import dev.dynode.simulator.load.Trace;
import dev.dynode.simulator.run.Result;
import dev.dynode.simulator.run.Result.Figures;
import dev.dynode.simulator.scenario.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What simulations showed, as lines. */
final class SimulationText {
  private static final double PERCENT = 100;
  private static final double MINUTE = 60;
  private static final double HOUR = 3_600;

  private SimulationText() {}

  /** One run. */
  static List<String> result(Result run) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%s: %s simulated in %.1f s, seed %d; %,d events, %,.0f a second; every one checked; hash %s",
            run.scenario(),
            seconds(run.simulatedSeconds()),
            run.wallSeconds(),
            run.seed(),
            run.events(),
            run.events() / run.wallSeconds(),
            run.hash()));
    lines.add("");
    var table =
        new Table(
            "app",
            "requests",
            "refused",
            "limit",
            "room",
            "dynos",
            "peak",
            "wait p50",
            "p99",
            "life p50",
            "p99",
            "dyno hours",
            "cost");
    run.apps().forEach((name, figures) -> row(table, name, figures));
    if (run.apps().size() > 1) {
      row(table, "all", run.total());
    }
    lines.addAll(table.lines());
    lines.add("");
    lines.add(
        format(
            "Hosts: %d with room for %,d dynos in all, %.1f %% of it used; at most %,d dynos, 99 %% of the time up to %,d%s",
            run.hosts().number(),
            run.hosts().room(),
            run.hosts().used() * PERCENT,
            run.hosts().dynos().peak(),
            run.hosts().dynos().p99(),
            run.hosts().waiting().peak() == 0
                ? ""
                : format(
                    "; %.1f requests waited on average, at most %,d",
                    run.hosts().waiting().mean(), run.hosts().waiting().peak())));
    lines.add("Ended: " + endings(run.total().ended()));
    return lines;
  }

  private static void row(Table table, String name, Figures of) {
    table.row(
        name,
        format("%,d", of.requests()),
        percent(of.refused()),
        format("%,d", of.overLimit()),
        format("%,d", of.noRoom()),
        format("%.1f", of.dynos().mean()),
        format("%,d", of.dynos().peak()),
        seconds(of.delay().p50()),
        seconds(of.delay().p99()),
        seconds(of.life().p50()),
        seconds(of.life().p99()),
        format("%,.1f", hours(of)),
        format("$%,.2f", of.dollars()));
  }

  private static double hours(Figures of) {
    return of.dynoHours().values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static String endings(Map<String, Long> ended) {
    return ended.isEmpty()
        ? "none"
        : ended.entrySet().stream()
            .map(e -> format("%,d %s", e.getValue(), e.getKey().replace('_', ' ')))
            .collect(Collectors.joining(", "));
  }

  /** Two runs beside each other. */
  static List<String> comparison(String first, Result a, String second, Result b) {
    var table = new Table("", first, second, "change");
    Figures x = a.total();
    Figures y = b.total();
    count(table, "requests", x.requests(), y.requests());
    count(table, "refused, over a limit", x.overLimit(), y.overLimit());
    count(table, "refused, no room", x.noRoom(), y.noRoom());
    table.row(
        "share refused",
        percent(x.refused()),
        percent(y.refused()),
        format("%+.2f points", (y.refused() - x.refused()) * PERCENT));
    number(table, "dynos on average", "", x.dynos().mean(), y.dynos().mean());
    count(table, "dynos at most", x.dynos().peak(), y.dynos().peak());
    time(table, "wait, median", x.delay().p50(), y.delay().p50());
    time(table, "wait, p99", x.delay().p99(), y.delay().p99());
    time(table, "life, median", x.life().p50(), y.life().p50());
    time(table, "life, p99", x.life().p99(), y.life().p99());
    number(table, "waiting on average", "", a.hosts().waiting().mean(), b.hosts().waiting().mean());
    number(table, "hosts used, %", "", a.hosts().used() * PERCENT, b.hosts().used() * PERCENT);
    number(table, "dyno hours", "", hours(x), hours(y));
    number(table, "cost", "$", x.dollars(), y.dollars());
    return table.lines();
  }

  private static void count(Table table, String name, long a, long b) {
    table.row(name, format("%,d", a), format("%,d", b), format("%+,d", b - a));
  }

  private static void number(Table table, String name, String sign, double a, double b) {
    table.row(
        name, format("%s%,.2f", sign, a), format("%s%,.2f", sign, b), format("%+,.2f", b - a));
  }

  private static void time(Table table, String name, double a, double b) {
    table.row(
        name, seconds(a), seconds(b), a == 0 ? "" : format("%+.1f %%", (b - a) / a * PERCENT));
  }

  /** One run a line. */
  static List<String> sweep(Variation of, List<Result> runs) {
    var table =
        new Table(
            of.key(),
            "refused",
            "limit",
            "room",
            "dynos",
            "peak",
            "wait p50",
            "p99",
            "waiting",
            "hosts used",
            "cost");
    for (int i = 0; i < runs.size(); i++) {
      Result run = runs.get(i);
      table.row(
          of.values().get(i),
          percent(run.total().refused()),
          format("%,d", run.total().overLimit()),
          format("%,d", run.total().noRoom()),
          format("%.1f", run.total().dynos().mean()),
          format("%,d", run.total().dynos().peak()),
          seconds(run.total().delay().p50()),
          seconds(run.total().delay().p99()),
          format("%.2f", run.hosts().waiting().mean()),
          percent(run.hosts().used()),
          format("$%,.2f", run.total().dollars()));
    }
    return table.lines();
  }

  /** What a scenario says. */
  static List<String> scenario(Scenario of) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%s: %s from %s on (%s), the first %s not counted, seed %d.",
            of.name(),
            duration(of.length()),
            of.start(),
            of.zone(),
            duration(of.warmUp()),
            of.seed()));
    lines.add(
        format(
            "Hosts: %,d for %,d dynos each, placement %s, when full: %s.",
            of.hosts().number(),
            of.hosts().dynos(),
            word(of.hosts().placement()),
            word(of.hosts().whenFull())));
    of.apps()
        .forEach(
            app ->
                lines.add(
                    format(
                        "Apps: %,d of %s, tier %s: %s.",
                        app.copies(),
                        app.name(),
                        app.tier().wire(),
                        app.sources().stream()
                            .map(source -> source instanceof Load load ? load.name() : "a trace")
                            .collect(Collectors.joining(", ")))));
    return lines;
  }

  /**
   * What its traces are.
   *
   * @throws dev.dynode.simulator.load.TraceInvalid if one cannot be read
   */
  static List<String> traces(Scenario of) {
    return of.apps().stream()
        .flatMap(app -> app.sources().stream())
        .filter(Trace.class::isInstance)
        .map(trace -> ((Trace) trace).summary())
        .distinct()
        .toList();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String duration(Duration time) {
    return seconds(time.toNanos() / 1e9);
  }

  private static String percent(double share) {
    return format("%.2f %%", share * PERCENT);
  }

  static String seconds(double time) {
    return time == 0
        ? "0 s"
        : time < .9995
            ? format("%.0f ms", time * 1e3)
            : time < 2 * MINUTE
                ? format("%.1f s", time)
                : time < 2 * HOUR
                    ? format("%.1f min", time / MINUTE)
                    : format("%.1f h", time / HOUR);
  }

  @SuppressWarnings("AnnotateFormatMethod") // only of this class
  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
