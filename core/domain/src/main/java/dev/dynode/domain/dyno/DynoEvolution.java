package dev.dynode.domain.dyno;

import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Phase;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.id.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What an event means for a dyno. */
final class DynoEvolution {
  /** The connection of a client of which an older event does not tell it. */
  private static final UUID UNTOLD = new UUID(0, 0);

  private DynoEvolution() {}

  static DynoState evolve(DynoState state, DynoEvent event) {
    if (event instanceof DynoEvent.Created(Instant at, _, int generation, DynoSpec spec)) {
      return created(spec, generation, at);
    }
    if (!(state instanceof Live live)) {
      throw new IllegalStateException(event + " cannot follow " + state);
    }
    DynoPolicy policy = live.spec().policy();
    var next = new Draft(live);
    switch (event) {
      case DynoEvent.Created _ -> throw new AssertionError("handled above");
      case DynoEvent.Placed(_, _, int generation, HostId host, _) -> {
        next.generation = generation;
        next.host = Optional.of(host);
        next.phase = live.spec().attach() ? Phase.AWAITING : Phase.STARTING;
      }
      case DynoEvent.BecameUp(Instant at, _, _) -> {
        next.up = true;
        next.changedAt = at;
        if (live.phase() == Phase.AWAITING) {
          next.due(DynoTimer.ATTACH, at.plus(policy.attachWithin()));
        }
      }
      case DynoEvent.ClientAttached(_, _, _, _, var connection) -> {
        next.client = connection.or(() -> Optional.of(UNTOLD));
        next.phase = Phase.STARTING;
        next.notDue(DynoTimer.ATTACH);
      }
      case DynoEvent.Started(Instant at, _, _, _) -> {
        next.startedAt = Optional.of(at);
        if (live.phase() == Phase.STARTING) {
          next.phase = Phase.RUNNING;
        }
      }
      case DynoEvent.StartFailed _, DynoEvent.WindowResized _ -> {}
      case DynoEvent.ClientDetached _, DynoEvent.IdleTimedOut _ -> next.client = Optional.empty();
      case DynoEvent.HangupSent(Instant at, _, _, int times) -> {
        next.hangups = times;
        next.why = Optional.of(Ending.HUNG_UP);
        next.due(DynoTimer.HANGUP, at.plus(policy.hangupEvery()));
      }
      case DynoEvent.HangupIgnored _ -> {
        next.why = Optional.empty();
        next.notDue(DynoTimer.HANGUP);
      }
      case DynoEvent.StopRequested _ -> next.why = Optional.of(Ending.STOPPED);
      case DynoEvent.Cycled _ -> next.why = Optional.of(Ending.CYCLED);
      case DynoEvent.TerminateSent(Instant at, _, _) -> {
        next.stopping();
        next.due(DynoTimer.GRACE, at.plus(policy.grace()));
      }
      case DynoEvent.MemoryExceeded(Instant at, _, _, _, _) ->
          next.strain = live.strain().toldMemory(at);
      case DynoEvent.ProcessLimitHit(Instant at, _, _, _, long hits) ->
          next.strain = live.strain().toldProcesses(at, hits);
      case DynoEvent.QuotaExceeded _ -> {
        if (live.phase() != Phase.STOPPING) { // otherwise its end was decided before
          next.stopping();
          next.why = Optional.of(Ending.QUOTA_EXCEEDED);
        }
      }
      case DynoEvent.ExitTimedOut _, DynoEvent.KillSent _ -> next.notDue(DynoTimer.GRACE);
      case DynoEvent.AttachFailed _ -> next.notDue(DynoTimer.ATTACH);
      case DynoEvent.Exited(_, _, _, int status) -> next.exited(Optional.of(status));
      case DynoEvent.Lost _ -> {
        if (DynoDecider.placedAgain(live)) {
          next.unplaced();
        } else {
          next.exited(Optional.empty());
        }
      }
      case DynoEvent.Retired(Instant at, _, int generation, Ending ending, var status) -> {
        return new Retired(
            live.spec(),
            generation,
            live.host(),
            live.createdAt(),
            live.startedAt(),
            at,
            ending,
            status);
      }
    }
    return next.done();
  }

  private static Live created(DynoSpec spec, int generation, Instant at) {
    Duration life =
        spec.timeToLive()
            .filter(ttl -> ttl.compareTo(spec.policy().life()) < 0)
            .orElse(spec.policy().life());
    return new Live(
        spec,
        Phase.CREATED,
        generation,
        Optional.empty(),
        false,
        Optional.empty(),
        0,
        Deadlines.NONE.with(DynoTimer.LIFE, at.plus(life)),
        at,
        at,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        QuotaRule.NONE);
  }

  /** The fields an event may change. */
  private static final class Draft {
    private final Live live;
    private Phase phase;
    private int generation;
    private Optional<HostId> host;
    private boolean up;
    private Optional<UUID> client;
    private int hangups;
    private Deadlines deadlines;
    private Instant changedAt;
    private Optional<Instant> startedAt;
    private Optional<Ending> why;
    private Optional<Integer> status;
    private QuotaRule strain;

    Draft(Live live) {
      this.live = live;
      phase = live.phase();
      generation = live.generation();
      host = live.host();
      up = live.up();
      client = live.client();
      hangups = live.hangups();
      deadlines = live.deadlines();
      changedAt = live.changedAt();
      startedAt = live.startedAt();
      why = live.why();
      status = live.status();
      strain = live.strain();
    }

    void due(DynoTimer timer, Instant at) {
      deadlines = deadlines.with(timer, at);
    }

    void notDue(DynoTimer timer) {
      deadlines = deadlines.without(timer);
    }

    void stopping() {
      phase = Phase.STOPPING;
      notDue(DynoTimer.LIFE);
      notDue(DynoTimer.HANGUP);
    }

    void exited(Optional<Integer> status) {
      phase = Phase.EXITED;
      this.status = status;
      deadlines = Deadlines.NONE;
    }

    /** As before its first launch; the life it may have goes on. */
    void unplaced() {
      phase = Phase.CREATED;
      host = Optional.empty();
      up = false;
      client = Optional.empty();
      hangups = 0;
      startedAt = Optional.empty();
      why = Optional.empty();
      status = Optional.empty();
      strain = QuotaRule.NONE;
      notDue(DynoTimer.ATTACH);
      notDue(DynoTimer.HANGUP);
    }

    Live done() {
      return new Live(
          live.spec(),
          phase,
          generation,
          host,
          up,
          client,
          hangups,
          deadlines,
          live.createdAt(),
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }
  }
}
