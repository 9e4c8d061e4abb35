package dev.dynode.simulator.run;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.DynoSize;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold on every prefix of a history. */
public final class Invariants {
  private Invariants() {}

  /** A rule of the house does not hold; the message tells which, and the history so far. */
  public static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    Broken(String rule, List<?> history) {
      super(
          rule
              + history.stream()
                  .skip(Math.max(0, history.size() - 20))
                  .map(event -> "\n  " + event)
                  .collect(Collectors.joining()));
    }
  }

  /** Limits hold; live names are unique; a dyno is requested once and retired at most once. */
  static void check(AppPolicy policy, List<AppEvent> journal, AppState state) {
    if (!(state instanceof App app)) {
      throw new Broken("the app is gone", journal);
    }
    Map<String, Long> running =
        app.roster().values().stream()
            .collect(
                Collectors.groupingBy(r -> limitName(app, r.spec().size()), Collectors.counting()));
    running.forEach(
        (limit, count) -> {
          if (count > policy.oneOffLimits().getOrDefault(limit, 0)) {
            throw new Broken(count + " one-off dynos run, above the limit of " + limit, journal);
          }
        });
    Set<Object> names = new HashSet<>();
    app.roster().values().forEach(r -> names.add(r.spec().name()));
    if (names.size() < app.roster().size()) {
      throw new Broken("two live dynos have one name", journal);
    }
    if (app.roster().keySet().stream().anyMatch(app.finished()::containsKey)) {
      throw new Broken("a retired dyno came back", journal);
    }
  }

  private static String limitName(App app, String size) {
    return app.tier() == Tier.SHIELD
        ? "shield"
        : DynoSize.named(size).orElseThrow().family().name().toLowerCase(Locale.ROOT);
  }

  /** A dyno starts at most once a generation, and nothing follows its end. */
  static void check(List<DynoEvent> journal, int launches) {
    if (launches > 1) {
      throw new Broken("the command was started " + launches + " times", journal);
    }
    DynoEvent last = journal.getLast();
    for (DynoEvent event : journal.subList(0, journal.size() - 1)) {
      if (event instanceof DynoEvent.Retired) {
        throw new Broken("something happened after the end", journal);
      }
      if (event.getClass() == last.getClass() && onlyOnce(last)) {
        throw new Broken(last.getClass().getSimpleName() + " twice", journal);
      }
      if (event.at().isAfter(last.at())) {
        throw new Broken("time runs backwards", journal);
      }
    }
  }

  private static boolean onlyOnce(DynoEvent event) {
    return switch (event) {
      case DynoEvent.Created _,
          DynoEvent.BecameUp _,
          DynoEvent.ClientAttached _,
          DynoEvent.Started _,
          DynoEvent.StartFailed _,
          DynoEvent.ClientDetached _,
          DynoEvent.IdleTimedOut _,
          DynoEvent.HangupIgnored _,
          DynoEvent.Cycled _,
          DynoEvent.TerminateSent _,
          DynoEvent.ExitTimedOut _,
          DynoEvent.KillSent _,
          DynoEvent.QuotaExceeded _,
          DynoEvent.AttachFailed _,
          DynoEvent.Exited _,
          DynoEvent.Lost _,
          DynoEvent.Retired _ ->
          true;
      case DynoEvent.Placed _,
          DynoEvent.WindowResized _,
          DynoEvent.HangupSent _,
          DynoEvent.MemoryExceeded _,
          DynoEvent.ProcessLimitHit _,
          DynoEvent.StopRequested _ ->
          false;
    };
  }
}
