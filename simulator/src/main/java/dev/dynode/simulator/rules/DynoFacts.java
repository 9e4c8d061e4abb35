package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.Resource;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What events must tell, by the command they answer. */
final class DynoFacts {
  private DynoFacts() {}

  static void check(@Nullable DynoPast past, DynoCommand command, DynoEvent event, Instant now) {
    same("time", event.at(), now);
    same("who", event.by(), who(command, event));
    int generation = past == null ? 0 : past.generation;
    same(
        "generation",
        event.generation(),
        event instanceof DynoEvent.Placed ? generation + 1 : generation);
    if (past == null) {
      born((DynoCommand.Create) command, event);
    } else {
      lives(past, command, event);
    }
  }

  /** Who may not attach is told why. */
  static void refused(DynoPast past, Refusal refusal) {
    String why = past.spec.attach() ? " has had its client: " : " runs detached; ";
    String begins = past.spec.name() + (past.end == null ? why : " has ended; ");
    same(refusal.message(), refusal.message().startsWith(begins), true);
  }

  private static void born(DynoCommand.Create command, DynoEvent event) {
    if (event instanceof DynoEvent.Created created) {
      same("spec", created.spec(), command.spec());
    } else if (event instanceof DynoEvent.Placed placed) {
      same("host", placed.host(), command.host());
      same("grounds", placed.grounds(), command.grounds());
    }
  }

  private static void lives(DynoPast past, DynoCommand command, DynoEvent event) {
    switch (event) {
      case DynoEvent.Exited exited -> same("status", exited.status(), status(command));
      case DynoEvent.Retired retired -> {
        same("ending", retired.ending(), ending(past, command));
        same(
            "status",
            retired.status(),
            command instanceof DynoCommand.ReportLost
                ? Optional.empty()
                : Optional.of(status(command)));
      }
      case DynoEvent.HangupSent sent ->
          same(
              "SIGHUP number",
              sent.times(),
              command instanceof DynoCommand.TimerDue ? past.hangups + 1 : 1);
      case DynoEvent.StopRequested stop ->
          same(
              "cause",
              stop.cause(),
              command instanceof DynoCommand.Stop(_, var cause) ? cause : StopCause.TIME_TO_LIVE);
      case DynoEvent.ClientAttached attached -> {
        var attach = (DynoCommand.Attach) command;
        same("from", attached.from(), attach.from());
        same("connection", attached.connection(), attach.connection());
      }
      case DynoEvent.WindowResized resized -> {
        var resize = (DynoCommand.Resize) command;
        same("columns", resized.columns(), resize.columns());
        same("rows", resized.rows(), resize.rows());
      }
      case DynoEvent.Lost lost ->
          same("reason", lost.reason(), ((DynoCommand.ReportLost) command).reason());
      case DynoEvent.StartFailed failed ->
          same("reason", failed.reason(), ((DynoCommand.ReportStartFailed) command).reason());
      case DynoEvent.Started started ->
          same("pid", started.pid(), ((DynoCommand.ReportStarted) command).pid());
      case DynoEvent.IdleTimedOut idle ->
          same("last byte", idle.lastByte(), ((DynoCommand.ReportIdle) command).lastByte());
      case DynoEvent.QuotaExceeded exceeded -> quota(past, command, exceeded);
      case DynoEvent.MemoryExceeded exceeded -> {
        same("used", exceeded.used(), usage(command).memoryBytes());
        same("quota", exceeded.quota(), Published.known(past.spec.size()).bytes());
      }
      case DynoEvent.ProcessLimitHit hit -> {
        same("hits", hit.hits(), usage(command).processLimitHits());
        same("processes", hit.processes(), Published.known(past.spec.size()).processes());
      }
      default -> {}
    }
  }

  private static void quota(DynoPast past, DynoCommand command, DynoEvent.QuotaExceeded exceeded) {
    Usage usage = usage(command);
    long quota = Published.known(past.spec.size()).bytes();
    if (usage.oomKills() > 0 || usage.residentBytes() >= 2 * quota) {
      same("resource", exceeded.resource(), Resource.MEMORY);
      same("used", exceeded.used(), Math.max(usage.residentBytes(), 2 * quota));
      same("quota", exceeded.quota(), quota);
    } else {
      same("resource", exceeded.resource(), Resource.DISK);
      same("used", exceeded.used(), usage.diskBytes());
      same("quota", exceeded.quota(), usage.diskQuotaBytes());
    }
  }

  private static Usage usage(DynoCommand command) {
    return ((DynoCommand.ReportUsage) command).usage();
  }

  /** Who asked, for what they asked for; the platform for what it found out itself. */
  private static String who(DynoCommand command, DynoEvent event) {
    boolean asked =
        event instanceof DynoEvent.Created
            || event instanceof DynoEvent.Placed
            || event instanceof DynoEvent.ClientAttached
            || event instanceof DynoEvent.WindowResized
            || event instanceof DynoEvent.StopRequested;
    String by =
        switch (command) {
          case DynoCommand.Create create -> create.by();
          case DynoCommand.Place place -> place.by();
          case DynoCommand.Attach attach -> attach.by();
          case DynoCommand.Resize resize -> resize.by();
          case DynoCommand.Stop stop -> stop.by();
          default -> "dynode";
        };
    return asked ? by : "dynode";
  }

  private static int status(DynoCommand command) {
    return switch (command) {
      case DynoCommand.ReportExited exited -> exited.status();
      case DynoCommand.ReportStartFailed _ -> 126;
      case DynoCommand.TimerDue(DynoTimer timer) when timer == DynoTimer.ATTACH -> 128;
      default -> 143;
    };
  }

  private static Ending ending(DynoPast past, DynoCommand command) {
    return switch (command) {
      case DynoCommand.ReportExited _ -> past.why == null ? Ending.EXITED : past.why;
      case DynoCommand.ReportStartFailed _ -> Ending.NOT_STARTED;
      case DynoCommand.ReportLost _ -> Ending.LOST;
      case DynoCommand.TimerDue(DynoTimer timer) ->
          timer == DynoTimer.ATTACH
              ? Ending.NOT_ATTACHED
              : past.life().compareTo(Duration.ofHours(24)) < 0 ? Ending.STOPPED : Ending.CYCLED;
      default -> Ending.STOPPED;
    };
  }
}
