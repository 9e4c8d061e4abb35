package dev.dynode.domain.history;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoCommand.TimerDue;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import java.util.List;
import java.util.Optional;

/** What was asked for before an event of a dyno, decided again. */
final class DynoRedecision {
  private static final DynoDecider RULES = new DynoDecider();

  private static final HostId UNKNOWN = new HostId("unknown");

  private DynoRedecision() {}

  static List<Decision<DynoEvent>> decide(DynoState before, List<DynoEvent> next) {
    DynoEvent event = next.getFirst();
    Optional<Refusal> full = full(before, next);
    if (full.isPresent()) {
      return List.of(Decision.refuse(full.get()));
    }
    return command(event, next)
        .map(command -> List.of(RULES.decide(before, command, event.at())))
        .orElse(List.of());
  }

  /** Why the host was not to be chosen, as far as the grounds tell. */
  private static Optional<Refusal> full(DynoState before, List<DynoEvent> next) {
    Optional<DynoSpec> created =
        next.getFirst() instanceof DynoEvent.Created(_, _, _, DynoSpec spec)
            ? Optional.of(spec)
            : Optional.empty();
    DynoEvent event = created.isPresent() && next.size() > 1 ? next.get(1) : next.getFirst();
    Optional<DynoSpec> spec =
        before instanceof DynoState.Live live ? Optional.of(live.spec()) : created;
    return event instanceof DynoEvent.Placed(_, _, _, HostId host, Optional<Grounds> grounds)
            && grounds.isPresent()
            && !grounds.get().hadRoom(spec.map(dyno -> DynoSize.of(dyno).memoryBytes()).orElse(0L))
        ? Optional.of(Refusal.conflict(full(host, grounds.get())))
        : Optional.empty();
  }

  private static String full(HostId host, Grounds grounds) {
    return grounds.dynos() >= grounds.capacity()
        ? "%s had %d of %d dynos".formatted(host, grounds.dynos(), grounds.capacity())
        : "%s had no memory left for it".formatted(host);
  }

  /** None where an event is never the first of its decision. */
  private static Optional<DynoCommand> command(DynoEvent event, List<DynoEvent> next) {
    return Optional.ofNullable(
        switch (event) {
          case DynoEvent.Created created ->
              next.size() > 1 && next.get(1) instanceof DynoEvent.Placed placed
                  ? new DynoCommand.Create(
                      created.by(), created.spec(), placed.host(), placed.grounds())
                  : new DynoCommand.Create(created.by(), created.spec(), UNKNOWN);
          case DynoEvent.BecameUp(_, _, int generation) ->
              new DynoCommand.ReportPrepared(generation);
          case DynoEvent.ClientAttached(_, String by, _, String from, var connection) ->
              new DynoCommand.Attach(by, from, connection);
          case DynoEvent.Started(_, _, int generation, long pid) ->
              new DynoCommand.ReportStarted(generation, pid);
          case DynoEvent.StartFailed(_, _, int generation, String reason) ->
              new DynoCommand.ReportStartFailed(generation, reason);
          case DynoEvent.WindowResized(_, String by, _, int columns, int rows) ->
              new DynoCommand.Resize(by, columns, rows);
          case DynoEvent.ClientDetached(_, _, int generation) ->
              new DynoCommand.ReportDetached(generation);
          case DynoEvent.IdleTimedOut(_, _, int generation, var lastByte) ->
              new DynoCommand.ReportIdle(generation, lastByte);
          case DynoEvent.HangupSent _, DynoEvent.HangupIgnored _ -> new TimerDue(DynoTimer.HANGUP);
          case DynoEvent.StopRequested(_, String by, _, StopCause cause) ->
              cause == StopCause.TIME_TO_LIVE
                  ? new TimerDue(DynoTimer.LIFE)
                  : new DynoCommand.Stop(by, cause);
          case DynoEvent.Cycled _ -> new TimerDue(DynoTimer.LIFE);
          case DynoEvent.ExitTimedOut _ -> new TimerDue(DynoTimer.GRACE);
          case DynoEvent.AttachFailed _ -> new TimerDue(DynoTimer.ATTACH);
          case DynoEvent.MemoryExceeded(_, _, int generation, long used, _) ->
              used(
                  generation,
                  new Usage(
                      used,
                      0,
                      0,
                      next.size() > 1
                              && next.get(1) instanceof DynoEvent.ProcessLimitHit hit
                              && hit.at().equals(event.at())
                          ? hit.hits()
                          : 0,
                      0,
                      0));
          case DynoEvent.ProcessLimitHit(_, _, int generation, _, long hits) ->
              used(generation, new Usage(0, 0, 0, hits, 0, 0));
          case DynoEvent.QuotaExceeded(_, _, int generation, var resource, long used, long quota) ->
              used(
                  generation,
                  switch (resource) {
                    case MEMORY -> new Usage(used, used, 0, 0, 0, 0);
                    case DISK -> new Usage(0, 0, 0, 0, used, quota);
                  });
          case DynoEvent.Exited(_, _, int generation, int status) ->
              new DynoCommand.ReportExited(generation, status);
          case DynoEvent.Lost(_, _, int generation, String reason) ->
              new DynoCommand.ReportLost(generation, reason);
          case DynoEvent.Placed(_, String by, _, HostId host, var grounds) ->
              new DynoCommand.Place(by, host, grounds);
          case DynoEvent.TerminateSent _, DynoEvent.KillSent _, DynoEvent.Retired _ -> null;
        });
  }

  private static DynoCommand used(int generation, Usage usage) {
    return new DynoCommand.ReportUsage(generation, usage);
  }
}
