package dev.dynode.simulator.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.load.Arrivals;
import dev.dynode.simulator.load.Distribution;
import dev.dynode.simulator.load.Load;
import dev.dynode.simulator.load.Source;
import dev.dynode.simulator.load.Trace;
import dev.dynode.simulator.scenario.Distributions.Amount;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.Scenario.Hosts;
import dev.dynode.simulator.scenario.Scenario.WhenFull;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Reads scenarios: HOCON, as {@code docs/simulation.md} describes it. Every key has a limit, and a
 * key nobody knows is refused.
 */
public final class ScenarioFile {
  /** Dollars are told for a month of so many hours. */
  private static final double MONTH = 720;

  private static final int MOST = 10_000_000;
  private static final String RECORDED = "the scenario";
  private static final Duration DEFAULT_LENGTH = Duration.ofDays(7);
  private static final double DEFAULT_START = 0.03;

  private final Section root;
  private final Path folder;
  private final Section profiles;
  private final Distributions distributions;

  private ScenarioFile(Config config, Path folder) {
    root = new Section("", config.root());
    this.folder = folder;
    profiles =
        new Section(
            "", ConfigFactory.parseResources(ScenarioFile.class, "profiles.conf").resolve().root());
    distributions = new Distributions(profiles);
  }

  /**
   * The scenario of a file.
   *
   * @param changes such as {@code limits.standard=30}, over what the file says
   */
  public static Scenario read(Path file, List<String> changes) {
    return read(file, file.toAbsolutePath().resolveSibling(""), changes);
  }

  /**
   * The same of a copy of the file.
   *
   * @param folder where the files are that it names
   */
  public static Scenario read(Path file, Path folder, List<String> changes) {
    if (!Files.isRegularFile(file)) {
      throw new ScenarioInvalid(
          Files.isDirectory(file)
              ? file + " is a folder, not a scenario."
              : "There is no scenario " + file + ".");
    }
    try {
      Config config =
          ConfigFactory.parseFile(
              file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
      return read(config, folder, changes, List.of());
    } catch (ConfigException.IO e) {
      throw new ScenarioInvalid(file + " cannot be read; is it a text, and may you read it?");
    } catch (ConfigException e) {
      throw new ScenarioInvalid(String.valueOf(e.getMessage()));
    }
  }

  /** The scenario of a text; files it names are relative to {@code folder}. */
  public static Scenario parse(String text, Path folder, List<String> changes) {
    return of(text, folder, changes, List.of());
  }

  /** The scenario of a text and, if there are any, of these apps instead of its own. */
  static Scenario of(String text, Path folder, List<String> changes, List<AppPlan> apps) {
    try {
      return read(
          ConfigFactory.parseString(
              text, ConfigParseOptions.defaults().setOriginDescription(RECORDED)),
          folder,
          changes,
          apps);
    } catch (ConfigException e) {
      throw new ScenarioInvalid(String.valueOf(e.getMessage()));
    }
  }

  private static Scenario read(Config file, Path folder, List<String> changes, List<AppPlan> apps) {
    return new ScenarioFile(Changes.to(file, changes), folder).scenario(apps);
  }

  private Scenario scenario(List<AppPlan> given) {
    String name = root.text("name");
    Duration length = root.span("length", DEFAULT_LENGTH);
    Duration warmUp = root.time("warm-up", Duration.ZERO);
    if (warmUp.compareTo(length) >= 0) {
      throw root.wrong("warm-up", "it must be shorter than the length.");
    }
    var scenario =
        new Scenario(
            name,
            start(),
            length,
            warmUp,
            zone(),
            (long) root.number("seed", -9e15, 9e15, 1),
            hosts(root.section("hosts")),
            policy(),
            prices(root.section("prices")),
            given.isEmpty() ? apps() : given);
    root.done();
    return scenario;
  }

  private Instant start() {
    try {
      return Instant.parse(root.text("start", "2026-01-05T00:00:00Z"));
    } catch (DateTimeException e) {
      throw root.wrong("start", "it is no instant; write one as 2026-01-05T00:00:00Z.");
    }
  }

  private ZoneId zone() {
    try {
      return ZoneId.of(root.text("zone", "UTC"));
    } catch (DateTimeException e) {
      throw root.wrong("zone", "it is no time zone; write one as Europe/Berlin.");
    }
  }

  private Hosts hosts(Section section) {
    var hosts =
        new Hosts(
            section.whole("number", 1, 100_000, 1),
            section.whole("dynos", 1, MOST, 100),
            memory(section),
            section.one("placement", Placement.class, Placement.SPREAD),
            section.one("when-full", WhenFull.class, WhenFull.REFUSE),
            section.time("fail-every", Duration.ZERO),
            section.time("repair", Duration.ofMinutes(5)),
            section.time("detect", Duration.ofSeconds(10)),
            distributions.read(section, "start-time", Amount.TIME, DEFAULT_START));
    section.done();
    return hosts;
  }

  private static long memory(Section section) {
    return section.has("memory")
        ? (long) (section.megabytes(section.value("memory"), "memory") * (1 << 20))
        : Long.MAX_VALUE;
  }

  private AppPolicy policy() {
    Section limits = root.section("limits");
    AppPolicy heroku = AppPolicy.HEROKU;
    var oneOff = new HashMap<String, Integer>();
    heroku
        .oneOffLimits()
        .forEach((key, limit) -> oneOff.put(key, limits.whole(key, 0, MOST, limit)));
    limits.done();
    Section times = root.section("times");
    DynoPolicy dyno = heroku.dyno();
    var policy =
        new AppPolicy(
            oneOff,
            heroku.commandCharacters(),
            heroku.envVariables(),
            heroku.configBytes(),
            heroku.longestTimeToLive(),
            times.span("shield-idle-after", heroku.shieldIdleAfter()),
            heroku.slugs(),
            heroku.rollbackReleases(),
            new DynoPolicy(
                times.span("attach-within", dyno.attachWithin()),
                times.span("idle-after", dyno.idleAfter()),
                times.span("hangup-every", dyno.hangupEvery()),
                times.whole("hangups", 1, 1_000, dyno.hangups()),
                times.span("life", dyno.life()),
                times.time("grace", dyno.grace())));
    times.done();
    return policy;
  }

  /** Dollars of an hour, by size; in the file, of a month. */
  private static Map<String, Double> prices(Section section) {
    var prices = new HashMap<String, Double>();
    for (DynoSize size : DynoSize.ALL) {
      double month = section.number(size.name(), 0, MOST, size.dollarsPerMonth());
      prices.put(size.name(), month / MONTH);
    }
    section.done();
    return prices;
  }

  private List<AppPlan> apps() {
    List<AppPlan> apps = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section section : root.sections("apps")) {
      String name = section.text("name");
      if (!names.add(name)) {
        throw section.wrong("name", "another app has it too.");
      }
      Tier tier = section.one("tier", Tier.class, Tier.PRODUCTION);
      List<Source> sources = new ArrayList<>();
      for (Section load : section.sections("loads")) {
        sources.add(load(load, tier));
      }
      for (Section trace : section.sections("traces")) {
        sources.add(trace(trace, tier));
      }
      if (sources.isEmpty()) {
        throw section.wrong("loads", "the app asks for nothing; give it loads or traces.");
      }
      apps.add(new AppPlan(name, section.whole("copies", 1, MOST, 1), tier, sources));
      section.done();
    }
    if (apps.isEmpty()) {
      throw root.wrong("apps", "there is no app; give at least one.");
    }
    return apps;
  }

  private Load load(Section given, Tier tier) {
    Section section = given;
    String name = "work";
    if (given.has("profile")) {
      name = given.text("profile");
      ConfigValue profile = profiles.find("profiles", name);
      if (profile == null) {
        throw given.wrong(
            "profile",
            "there is no profile \""
                + name
                + "\"; known are "
                + String.join(", ", profiles.section("profiles").keys().stream().sorted().toList())
                + ".");
      }
      section = given.over(profile);
    }
    section.optional("source");
    Distribution duration = distributions.read(section, "duration", Amount.TIME);
    if (section.has("longest")) {
      duration =
          new Distribution.Bounded(
              duration, 0, section.seconds(section.value("longest"), "longest"));
    }
    boolean attach = section.yes("attach", false);
    var load =
        new Load(
            section.text("name", name),
            arrivals(section.section("arrivals"), section),
            size(section, tier),
            attach,
            section.has("time-to-live")
                ? Optional.of(section.span("time-to-live", Duration.ZERO))
                : Optional.empty(),
            duration,
            distributions.read(section, "attach-delay", Amount.TIME, 1),
            section.has("think")
                ? Optional.of(distributions.read(section, "think", Amount.TIME))
                : Optional.empty(),
            section.number("forgets", 0, 1, 0),
            distributions.read(section, "forgotten", Amount.TIME, 0),
            section.number("drops", 0, 1, 0),
            distributions.read(section, "dropped", Amount.TIME, 0),
            section.number("traps-hangup", 0, 1, 0),
            section.number("traps-terminate", 0, 1, 0),
            section.number("fails", 0, 1, 0),
            distributions.read(section, "memory", Amount.MEMORY, 0));
    section.done();
    return load;
  }

  private static Optional<String> size(Section section, Tier tier) {
    Optional<String> size = section.optional("size");
    size.ifPresent(
        name -> {
          DynoSize known =
              DynoSize.named(name)
                  .orElseThrow(
                      () ->
                          section.wrong(
                              "size",
                              "there is no size \""
                                  + name
                                  + "\"; known are "
                                  + String.join(
                                      ", ", DynoSize.ALL.stream().map(DynoSize::name).toList())
                                  + "."));
          if (!tier.allows(known)) {
            throw section.wrong(
                "size", known.name() + " is not for apps of the tier " + tier.wire() + ".");
          }
        });
    return size;
  }

  private static Arrivals arrivals(Section section, Section load) {
    List<String> kinds =
        List.of("per-hour", "bursts", "storms", "daily").stream().filter(section::has).toList();
    if (kinds.size() != 1) {
      throw load.wrong("arrivals", "they must have one of per-hour, bursts, storms, daily.");
    }
    Arrivals arrivals =
        switch (kinds.getFirst()) {
          case "per-hour" -> perHour(section);
          case "bursts" -> {
            Section bursts = section.section("bursts");
            var read =
                new Arrivals.Bursts(
                    bursts.number("calm-per-hour", 0, 1e9, 0),
                    bursts.number("busy-per-hour", 1e-9, 1e9),
                    bursts.span("calm", Duration.ZERO),
                    bursts.span("busy", Duration.ZERO));
            bursts.done();
            yield read;
          }
          case "storms" -> {
            Section storms = section.section("storms");
            var read =
                new Arrivals.Storms(
                    storms.span("every", Duration.ZERO),
                    storms.time("offset", Duration.ZERO),
                    storms.whole("jobs", 1, MOST, 1),
                    storms.time("spread", Duration.ZERO));
            if (read.spread().compareTo(read.every()) > 0) {
              throw storms.wrong("spread", "it must not be longer than every.");
            }
            storms.done();
            yield read;
          }
          default -> {
            Section daily = section.section("daily");
            var read =
                new Arrivals.Daily(
                    clock(daily),
                    daily.whole("jobs", 1, MOST, 1),
                    daily.time("spread", Duration.ZERO));
            if (read.spread().compareTo(Duration.ofHours(20)) > 0) {
              throw daily.wrong("spread", "it must not be longer than 20 hours.");
            }
            daily.done();
            yield read;
          }
        };
    section.done();
    return arrivals;
  }

  private static LocalTime clock(Section daily) {
    try {
      return LocalTime.parse(daily.text("at"));
    } catch (DateTimeException e) {
      throw daily.wrong("at", "it is no time of the day; write one as \"02:30\".");
    }
  }

  private static Arrivals perHour(Section section) {
    double perHour = section.number("per-hour", 1e-9, 1e9);
    if (!section.has("hours") && !section.has("days")) {
      return new Arrivals.Poisson(perHour);
    }
    return new Arrivals.Weekly(perHour, weights(section, "hours", 24), weights(section, "days", 7));
  }

  private static List<Double> weights(Section section, String key, int number) {
    if (!section.has(key)) {
      return Collections.nCopies(number, 1.0);
    }
    List<Double> weights = new ArrayList<>();
    for (ConfigValue value : section.list(key)) {
      if (!(value.unwrapped() instanceof Number weight) || weight.doubleValue() < 0) {
        throw section.wrong(key, "a weight is a number that is not below 0.");
      }
      weights.add(weight.doubleValue());
    }
    if (weights.size() != number) {
      throw section.wrong(key, "there must be " + number + " weights.");
    }
    return weights;
  }

  private Source trace(Section section, Tier tier) {
    Path file = folder.resolve(section.text("file"));
    var trace =
        new Trace(
            section.one("format", Trace.Format.class, Trace.Format.SWF),
            file,
            section.text("name", Objects.toString(file.getFileName())),
            size(section, tier),
            section.number("share", 1e-9, 1, 1),
            section.number("faster", 1e-9, 1e9, 1));
    section.done();
    return trace;
  }
}
