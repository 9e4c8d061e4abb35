package dev.dynode.simulator.rules;

import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Usage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What each command must lead to, by what has happened before. */
final class DynoAnswers {
  /** R14 is repeated, but not more often than this. */
  private static final Duration AGAIN = Duration.ofSeconds(20);

  private DynoAnswers() {}

  static Saying to(@Nullable DynoPast past, DynoCommand command, Instant now) {
    if (past == null) {
      return command instanceof DynoCommand.Create
          ? Saying.of(DynoEvent.Created.class, DynoEvent.Placed.class)
          : Saying.no(Reason.NOT_FOUND);
    }
    if (past.end != null) {
      return command instanceof DynoCommand.Attach ? Saying.no(Reason.CONFLICT) : Saying.NOTHING;
    }
    return switch (command) {
      case DynoCommand.Create _ -> Saying.NOTHING;
      case DynoCommand.Place _ ->
          past.host == null ? Saying.of(DynoEvent.Placed.class) : Saying.NOTHING;
      case DynoCommand.Attach attach -> attach(past, attach);
      case DynoCommand.Resize _ ->
          past.started != null && !past.stopping && past.spec.terminal()
              ? Saying.of(DynoEvent.WindowResized.class)
              : Saying.NOTHING;
      case DynoCommand.Stop _ -> end(past, DynoEvent.StopRequested.class);
      case DynoCommand.TimerDue(DynoTimer timer) -> {
        Instant due = past.due.get(timer);
        yield due == null || due.isAfter(now) ? Saying.NOTHING : timer(past, timer);
      }
      case DynoCommand.ReportPrepared report ->
          current(past, report.generation()) && past.awaitsClient() && !past.up
              ? Saying.of(DynoEvent.BecameUp.class)
              : Saying.NOTHING;
      case DynoCommand.ReportStarted report -> {
        if (!current(past, report.generation()) || !past.startOrdered || past.started != null) {
          yield Saying.NOTHING;
        }
        yield past.up
            ? Saying.of(DynoEvent.Started.class)
            : Saying.of(DynoEvent.Started.class, DynoEvent.BecameUp.class);
      }
      case DynoCommand.ReportStartFailed report ->
          current(past, report.generation()) && past.started == null
              ? Saying.of(
                  DynoEvent.StartFailed.class, DynoEvent.Exited.class, DynoEvent.Retired.class)
              : Saying.NOTHING;
      case DynoCommand.ReportDetached report ->
          current(past, report.generation())
              ? hangUp(past, DynoEvent.ClientDetached.class)
              : Saying.NOTHING;
      case DynoCommand.ReportIdle report ->
          current(past, report.generation())
                  && !report.lastByte().plus(past.times().idleAfter()).isAfter(now)
              ? hangUp(past, DynoEvent.IdleTimedOut.class)
              : Saying.NOTHING;
      case DynoCommand.ReportUsage report ->
          current(past, report.generation()) && (past.started != null || past.stopping)
              ? usage(past, report.usage(), now)
              : Saying.NOTHING;
      case DynoCommand.ReportExited report ->
          current(past, report.generation())
              ? Saying.of(DynoEvent.Exited.class, DynoEvent.Retired.class)
              : Saying.NOTHING;
      case DynoCommand.ReportLost report ->
          current(past, report.generation())
              ? Saying.of(DynoEvent.Lost.class, DynoEvent.Retired.class)
              : Saying.NOTHING;
    };
  }

  private static boolean current(DynoPast past, int generation) {
    return past.host != null && generation == past.generation;
  }

  /** A token is good for one connection, once; asked again for the same one, nothing is refused. */
  private static Saying attach(DynoPast past, DynoCommand.Attach attach) {
    if (attach.connection().isPresent() && attach.connection().get().equals(past.client)) {
      return Saying.NOTHING;
    }
    return past.awaitsClient()
        ? Saying.of(DynoEvent.ClientAttached.class)
        : Saying.no(Reason.CONFLICT);
  }

  /** What was ordered to start gets SIGTERM, once; what was not has ended. */
  private static Saying end(DynoPast past, Class<?> cause) {
    if (past.stopping) {
      return Saying.NOTHING;
    }
    return past.startOrdered
        ? Saying.of(cause, DynoEvent.TerminateSent.class)
        : Saying.of(cause, DynoEvent.Exited.class, DynoEvent.Retired.class);
  }

  private static Saying timer(DynoPast past, DynoTimer timer) {
    return switch (timer) {
      case ATTACH ->
          Saying.of(DynoEvent.AttachFailed.class, DynoEvent.Exited.class, DynoEvent.Retired.class);
      case HANGUP ->
          Saying.of(past.hangups < 3 ? DynoEvent.HangupSent.class : DynoEvent.HangupIgnored.class);
      case LIFE ->
          end(
              past,
              past.life().compareTo(Duration.ofHours(24)) < 0
                  ? DynoEvent.StopRequested.class
                  : DynoEvent.Cycled.class);
      case GRACE -> Saying.of(DynoEvent.ExitTimedOut.class, DynoEvent.KillSent.class);
    };
  }

  private static Saying hangUp(DynoPast past, Class<?> cause) {
    if (past.client == null) {
      return Saying.NOTHING;
    }
    return past.stopping ? Saying.of(cause) : Saying.of(cause, DynoEvent.HangupSent.class);
  }

  private static Saying usage(DynoPast past, Usage usage, Instant now) {
    long quota = Published.known(past.spec.size()).bytes();
    boolean matters =
        Math.max(usage.memoryBytes(), usage.residentBytes()) > quota
            || usage.oomKills() > 0
            || usage.processLimitHits() > past.hits
            || usage.diskBytes() > usage.diskQuotaBytes();
    Saying.same("whether a host tells it", usage.matters(quota, past.hits), matters);
    if (past.killed) {
      return Saying.NOTHING;
    }
    if (usage.oomKills() > 0
        || usage.residentBytes() >= 2 * quota
        || usage.diskBytes() > usage.diskQuotaBytes()) {
      return Saying.of(DynoEvent.QuotaExceeded.class, DynoEvent.KillSent.class);
    }
    boolean memory = usage.memoryBytes() > quota && again(past.memoryTold, now);
    boolean processes = usage.processLimitHits() > past.hits && again(past.processesTold, now);
    return Saying.NOTHING
        .and(memory ? 1 : 0, DynoEvent.MemoryExceeded.class)
        .and(processes ? 1 : 0, DynoEvent.ProcessLimitHit.class);
  }

  private static boolean again(@Nullable Instant told, Instant now) {
    return told == null || !now.isBefore(told.plus(AGAIN));
  }
}
