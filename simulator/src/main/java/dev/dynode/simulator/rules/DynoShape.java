package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;
import static java.util.Comparator.naturalOrder;

import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Phase;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.simulator.run.Invariants.Broken;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Optional;

/** What a dyno must be after its events. */
final class DynoShape {
  private DynoShape() {}

  static void check(DynoPast past, DynoState state) {
    switch (state) {
      case DynoState.Absent _ -> throw new Broken("nothing is left of " + past);
      case Live live when past.end == null -> live(past, live);
      case Retired retired when past.end != null -> {
        same("spec", retired.spec(), past.spec);
        same("generation", retired.generation(), past.generation);
        same("host", retired.host(), Optional.ofNullable(past.host));
        same("created", retired.createdAt(), past.created);
        same("started", retired.startedAt(), Optional.ofNullable(past.started));
        same("ended", retired.endedAt(), past.end.at());
        same("ending", retired.ending(), past.end.ending());
        same("status", retired.status(), past.end.status());
      }
      default -> throw new Broken(state + " after " + past);
    }
  }

  private static void live(DynoPast past, Live live) {
    same("spec", live.spec(), past.spec);
    same("phase", live.phase(), phase(past));
    same("generation", live.generation(), past.generation);
    same("host", live.host(), Optional.ofNullable(past.host));
    same("up", live.up(), past.up);
    same("client", live.client(), Optional.ofNullable(past.client));
    same("SIGHUPs", live.hangups(), past.hangups);
    var due = new EnumMap<DynoTimer, Instant>(DynoTimer.class);
    live.deadlines().forEach(due::put);
    same("deadlines", due, past.due);
    same(
        "the first",
        live.deadlines().first(),
        due.values().stream().min(naturalOrder()).orElse(null));
    same("created", live.createdAt(), past.created);
    same("changed", live.changedAt(), past.changed);
    same("started", live.startedAt(), Optional.ofNullable(past.started));
    same("ending", live.why(), Optional.ofNullable(past.why));
    same("status", live.status(), Optional.ofNullable(past.status));
    same("awaits its host", live.awaitsHost(), awaitsHost(past));
  }

  private static Phase phase(DynoPast past) {
    if (past.over) {
      return Phase.EXITED;
    }
    if (past.host == null) {
      return Phase.CREATED;
    }
    if (past.stopping) {
      return Phase.STOPPING;
    }
    if (!past.startOrdered) {
      return Phase.AWAITING;
    }
    return past.started == null ? Phase.STARTING : Phase.RUNNING;
  }

  private static boolean awaitsHost(DynoPast past) {
    return past.host != null
        && !past.over
        && (past.stopping || (past.startOrdered ? past.started == null : !past.up));
  }
}
