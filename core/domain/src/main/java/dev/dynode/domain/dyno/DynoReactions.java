package dev.dynode.domain.dyno;

import dev.dynode.domain.dyno.DynoEvent.Resource;
import dev.dynode.domain.dyno.DynoOrder.ArmTimer;
import dev.dynode.domain.dyno.DynoOrder.SignalProcess;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoOrder.WriteLog;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What to do about an event of a live dyno. Log texts are Heroku's, to the byte. */
record DynoReactions(Live live) {
  private static final long MEBIBYTE = 1024 * 1024;

  List<DynoOrder> to(DynoEvent event) {
    Instant at = event.at();
    return switch (event) {
      case DynoEvent.Created _ -> List.of(arm(DynoTimer.LIFE));
      case DynoEvent.Placed _ -> launch(at);
      case DynoEvent.BecameUp _ ->
          live.phase() == Phase.AWAITING
              ? List.of(log(at, "Awaiting client"), up(at), arm(DynoTimer.ATTACH))
              : List.of(up(at));
      case DynoEvent.ClientAttached _ ->
          List.of(new DynoOrder.DisarmTimer(DynoTimer.ATTACH), starting(at), start());
      case DynoEvent.Started _, DynoEvent.ClientDetached _, DynoEvent.Retired _ -> List.of();
      case DynoEvent.ExitTimedOut _ ->
          List.of(
              log(
                  at,
                  "Error R12 (Exit timeout) -> Process failed to exit within "
                      + live.spec().policy().grace().toSeconds()
                      + " seconds of SIGTERM"));
      case DynoEvent.Lost(_, _, _, String reason) -> {
        DynoOrder told = log(at, "Error R99 (Platform error) -> " + reason);
        yield live.phase() == Phase.CREATED ? List.of(told, choose()) : List.of(told);
      }
      case DynoEvent.StartFailed(_, _, _, String reason) ->
          List.of(
              log(at, "Error R99 (Platform error) -> Failed to launch the dyno: " + reason),
              new DynoOrder.CloseAttach(
                  live.onHost(), live.generation(), "The command could not be started: " + reason));
      case DynoEvent.WindowResized(_, _, _, int columns, int rows) ->
          List.of(new DynoOrder.ResizeTerminal(live.onHost(), live.generation(), columns, rows));
      case DynoEvent.IdleTimedOut _ ->
          List.of(
              new DynoOrder.CloseAttach(
                  live.onHost(),
                  live.generation(),
                  "Idle connection closed: no input or output for "
                      + words(live.spec().policy().idleAfter())
                      + "."));
      case DynoEvent.HangupSent _ ->
          List.of(
              log(at, "Client connection closed. Sending SIGHUP to all processes"),
              signal(StopSignal.HANGUP),
              arm(DynoTimer.HANGUP));
      case DynoEvent.HangupIgnored _ ->
          List.of(
              log(
                  at,
                  "Error R16 (Detached) -> An attached process is not responding to SIGHUP after"
                      + " its external connection was closed."));
      case DynoEvent.StopRequested _ -> List.of(log(at, "State changed from up to complete"));
      case DynoEvent.Cycled _ ->
          List.of(log(at, "Cycling"), log(at, "State changed from up to complete"));
      case DynoEvent.TerminateSent _ ->
          List.of(
              log(at, "Stopping all processes with SIGTERM"),
              signal(StopSignal.TERMINATE),
              new DynoOrder.DisarmTimer(DynoTimer.HANGUP),
              arm(DynoTimer.GRACE));
      case DynoEvent.MemoryExceeded(_, _, _, long used, long quota) ->
          List.of(log(at, taken("mem", used, quota)), log(at, "Error R14 (Memory quota exceeded)"));
      case DynoEvent.QuotaExceeded(_, _, _, Resource resource, long used, long quota) -> {
        var orders = new ArrayList<DynoOrder>();
        switch (resource) {
          case MEMORY -> {
            orders.add(log(at, taken("mem", used, quota)));
            orders.add(log(at, "Error R15 (Memory quota vastly exceeded)"));
          }
          case DISK -> {
            orders.add(log(at, taken("disk", used, quota)));
            orders.add(log(at, "Error (Disk quota exceeded)"));
          }
        }
        orders.add(new DynoOrder.DisarmTimer(DynoTimer.LIFE));
        orders.add(new DynoOrder.DisarmTimer(DynoTimer.HANGUP));
        yield List.copyOf(orders);
      }
      case DynoEvent.ProcessLimitHit(_, _, _, int processes, _) ->
          List.of(
              log(
                  at,
                  "Error (Process limit reached) -> The dyno runs "
                      + processes
                      + " processes and threads, the most of its size; it was refused another."));
      case DynoEvent.KillSent _ ->
          List.of(log(at, "Stopping process with SIGKILL"), signal(StopSignal.KILL));
      case DynoEvent.AttachFailed _ ->
          List.of(log(at, "Error R13 (Attach error) -> Failed to attach to process"));
      case DynoEvent.Exited(_, _, _, int status) ->
          List.of(log(at, "Process exited with status " + status));
    };
  }

  /** After recovery: timers again, and the host is told or asked what it may not have heard. */
  List<DynoOrder> again() {
    var orders = new ArrayList<DynoOrder>();
    live.deadlines().forEach((timer, at) -> orders.add(new ArmTimer(timer, at)));
    switch (live.phase()) {
      case CREATED -> orders.add(choose());
      case EXITED -> {}
      case AWAITING -> orders.add(prepare());
      case STARTING -> orders.add(start()); // a host does it once, however often it is told
      case RUNNING -> orders.add(ask());
      case STOPPING -> {
        orders.add(ask());
        if (live.deadlines().grace() == null) {
          orders.add(signal(StopSignal.KILL)); // it was sent, and may have been lost
        }
      }
    }
    return List.copyOf(orders);
  }

  private List<DynoOrder> launch(Instant at) {
    return live.spec().attach() ? List.of(prepare()) : List.of(starting(at), start());
  }

  private DynoOrder choose() {
    return new DynoOrder.ChooseHost(live.generation() + 1);
  }

  private DynoOrder prepare() {
    return new DynoOrder.PrepareFiles(live.onHost(), live.generation());
  }

  private DynoOrder start() {
    return new DynoOrder.StartProcess(live.onHost(), live.generation());
  }

  private DynoOrder ask() {
    return new DynoOrder.AskHost(live.onHost(), live.generation());
  }

  private DynoOrder signal(StopSignal signal) {
    return new SignalProcess(live.onHost(), live.generation(), signal);
  }

  private DynoOrder arm(DynoTimer timer) {
    Instant at = live.deadlines().get(timer);
    if (at == null) {
      throw new IllegalStateException("no deadline for " + timer);
    }
    return new ArmTimer(timer, at);
  }

  private DynoOrder starting(Instant at) {
    return log(at, "Starting process with command `" + live.spec().command() + "`");
  }

  private static DynoOrder up(Instant at) {
    return log(at, "State changed from starting to up");
  }

  private static DynoOrder log(Instant at, String text) {
    return new WriteLog(at, text);
  }

  /** As {@code mem=528M(103.3%)}. */
  private static String taken(String what, long used, long quota) {
    return String.format(
        Locale.ROOT, "Process running %s=%dM(%.1f%%)", what, used / MEBIBYTE, 100.0 * used / quota);
  }

  private static String words(Duration time) {
    long millis = time.toMillis();
    return millis % 3_600_000 == 0
        ? millis / 3_600_000 + " h"
        : millis % 60_000 == 0
            ? millis / 60_000 + " min"
            : millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
  }
}
