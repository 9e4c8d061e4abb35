package dev.dynode.docs;

import dev.dynode.domain.Decision;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/** The lifecycle as the decider really walks it: every command in every state it can reach. */
final class LifecyclePage {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final DynoDecider RULES = new DynoDecider();

  private LifecyclePage() {}

  static String text() {
    Map<String, Set<String>> edges = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    var open = new ArrayDeque<DynoState>(List.of(RULES.initial()));
    while (!open.isEmpty()) {
      DynoState state = open.poll();
      for (DynoCommand command : commands(state)) {
        if (RULES.decide(state, command, later(state))
            instanceof Decision.Accepted<DynoEvent>(List<DynoEvent> events)) {
          DynoState at = state;
          for (DynoEvent event : events) {
            DynoState next = RULES.evolve(at, event);
            edges
                .computeIfAbsent(name(at) + " --> " + name(next), _ -> new TreeSet<>())
                .add(event.getClass().getSimpleName());
            at = next;
          }
          if (seen.add(shape(at))) {
            open.add(at);
          }
        }
      }
    }
    var page = new StringBuilder(Docs.generated("LifecyclePage"));
    page.append("# Life of a one-off dyno\n\n");
    page.append(
        """
        Every transition the rules can make, found by giving the decider every command in every state it can reach.
        Arrows carry the events; see [events](events.md).

        ```mermaid
        stateDiagram-v2
          [*] --> Absent
        """);
    edges.forEach(
        (edge, events) ->
            page.append("  ")
                .append(edge)
                .append(" : ")
                .append(String.join("<br>", events))
                .append('\n'));
    return page.append("  Retired --> [*]\n```\n").toString();
  }

  private static List<DynoCommand> commands(DynoState state) {
    List<DynoCommand> all =
        new ArrayList<>(
            List.of(
                new DynoCommand.Create("user", spec(true), new HostId("h")),
                new DynoCommand.Create("user", spec(false), new HostId("h")),
                new DynoCommand.Attach("user", "192.0.2.1:1"),
                new DynoCommand.Resize("user", 80, 24),
                new DynoCommand.Stop("user", StopCause.USER),
                new DynoCommand.ReportPrepared(1),
                new DynoCommand.ReportStarted(1, 1),
                new DynoCommand.ReportStartFailed(1, "x"),
                new DynoCommand.ReportDetached(1),
                new DynoCommand.ReportIdle(1, START),
                new DynoCommand.ReportExited(1, 0),
                new DynoCommand.ReportLost(1, "x"),
                new DynoCommand.Place("user", new HostId("h"), Optional.empty())));
    if (state instanceof Live live) {
      live.deadlines().timers().forEach(timer -> all.add(new DynoCommand.TimerDue(timer)));
    }
    return all;
  }

  private static Instant later(DynoState state) {
    return state instanceof Live live
        ? Stream.of(DynoTimer.values())
            .map(live.deadlines()::get)
            .filter(Objects::nonNull)
            .max(Instant::compareTo)
            .orElse(START)
        : START;
  }

  private static String name(DynoState state) {
    return switch (state) {
      case DynoState.Absent _ -> "Absent";
      case Live live ->
          live.phase().name().charAt(0)
              + live.phase().name().substring(1).toLowerCase(java.util.Locale.ROOT);
      case DynoState.Retired _ -> "Retired";
    };
  }

  /** What distinguishes states for the rules; times and names do not. */
  private static String shape(DynoState state) {
    return state instanceof Live live
        ? live.spec().attach()
            + name(live)
            + live.up()
            + live.client().isPresent()
            + live.hangups()
            + live.why()
            + live.startedAt().isPresent()
            + live.deadlines().timers()
        : name(state);
  }

  private static DynoSpec spec(boolean attach) {
    return new DynoSpec(
        new DynoId(new UUID(0, 1)),
        new AppId(new UUID(0, 2)),
        new DynoName("run", 1),
        false,
        "Eco",
        Sizing.TIER,
        "x",
        "x",
        attach,
        attach,
        80,
        24,
        false,
        Map.of(),
        new ReleaseId(new UUID(0, 3)),
        1,
        Optional.empty(),
        Optional.empty(),
        DynoPolicy.HEROKU,
        Optional.empty());
  }
}
