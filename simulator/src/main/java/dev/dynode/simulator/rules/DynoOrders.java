package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.Resource;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.run.Invariants.Broken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/** What must be ordered after an event, and after a restart; log lines to the byte. */
final class DynoOrders {
  private final DynoPast past;
  private final List<DynoOrder> orders = new ArrayList<>();

  private DynoOrders(DynoPast past) {
    this.past = past;
  }

  static void checkAfter(DynoPast past, DynoEvent event, List<DynoOrder> ordered) {
    var must = new DynoOrders(past);
    must.after(event);
    must.compare(ordered, event);
  }

  static void checkRestart(DynoPast past, List<DynoOrder> ordered) {
    var must = new DynoOrders(past);
    must.restart();
    must.compare(ordered, "a restart");
  }

  /** One that is not there yet wants a place. */
  static void checkUnborn(List<DynoOrder> ordered) {
    same("ordered", ordered, List.of(new DynoOrder.ChooseHost(1)));
  }

  /** In any order: a log sorts by time, and a host does nothing twice. */
  private void compare(List<DynoOrder> ordered, Object why) {
    if (ordered.size() != orders.size() || !new HashSet<>(ordered).equals(new HashSet<>(orders))) {
      throw new Broken(
          "after %s %s must be ordered; it was %s; %s".formatted(why, orders, ordered, past));
    }
  }

  private void after(DynoEvent event) {
    Instant at = event.at();
    switch (event) {
      case DynoEvent.Created _ -> arm(DynoTimer.LIFE);
      case DynoEvent.Placed _ -> {
        if (past.spec.attach()) {
          orders.add(new DynoOrder.PrepareFiles(host(), past.generation));
        } else {
          start(at);
        }
      }
      case DynoEvent.BecameUp _ -> {
        log(at, "State changed from starting to up");
        if (past.awaitsClient()) {
          log(at, "Awaiting client");
          arm(DynoTimer.ATTACH);
        }
      }
      case DynoEvent.ClientAttached _ -> {
        disarm(DynoTimer.ATTACH);
        start(at);
      }
      case DynoEvent.Started _, DynoEvent.ClientDetached _ -> {}
      case DynoEvent.ExitTimedOut _ ->
          log(
              at,
              "Error R12 (Exit timeout) -> Process failed to exit within 30 seconds of SIGTERM");
      case DynoEvent.Lost lost -> log(at, "Error R99 (Platform error) -> " + lost.reason());
      case DynoEvent.StartFailed failed -> {
        log(at, "Error R99 (Platform error) -> Failed to launch the dyno: " + failed.reason());
        close("The command could not be started: " + failed.reason());
      }
      case DynoEvent.WindowResized to ->
          orders.add(
              new DynoOrder.ResizeTerminal(host(), past.generation, to.columns(), to.rows()));
      case DynoEvent.IdleTimedOut _ ->
          close("Idle connection closed: no input or output for " + idle() + ".");
      case DynoEvent.HangupSent _ -> {
        log(at, "Client connection closed. Sending SIGHUP to all processes");
        signal(StopSignal.HANGUP);
        arm(DynoTimer.HANGUP);
      }
      case DynoEvent.HangupIgnored _ ->
          log(
              at,
              "Error R16 (Detached) -> An attached process is not responding to SIGHUP after its"
                  + " external connection was closed.");
      case DynoEvent.StopRequested _ -> complete(at);
      case DynoEvent.Cycled _ -> {
        log(at, "Cycling");
        complete(at);
      }
      case DynoEvent.TerminateSent _ -> {
        log(at, "Stopping all processes with SIGTERM");
        signal(StopSignal.TERMINATE);
        disarm(DynoTimer.HANGUP);
        arm(DynoTimer.GRACE);
      }
      case DynoEvent.MemoryExceeded over -> {
        used(at, "mem", over.used(), over.quota());
        log(at, "Error R14 (Memory quota exceeded)");
      }
      case DynoEvent.QuotaExceeded over -> {
        boolean memory = over.resource() == Resource.MEMORY;
        used(at, memory ? "mem" : "disk", over.used(), over.quota());
        log(
            at,
            memory ? "Error R15 (Memory quota vastly exceeded)" : "Error (Disk quota exceeded)");
        disarm(DynoTimer.LIFE);
        disarm(DynoTimer.HANGUP);
      }
      case DynoEvent.ProcessLimitHit hit ->
          log(
              at,
              "Error (Process limit reached) -> The dyno runs %d processes and threads, the most of its size; it was refused another."
                  .formatted(hit.processes()));
      case DynoEvent.KillSent _ -> {
        log(at, "Stopping process with SIGKILL");
        signal(StopSignal.KILL);
      }
      case DynoEvent.AttachFailed _ ->
          log(at, "Error R13 (Attach error) -> Failed to attach to process");
      case DynoEvent.Exited exited -> log(at, "Process exited with status " + exited.status());
      case DynoEvent.Retired ended -> {
        if (ended.ending() != Ending.STOPPED && ended.ending() != Ending.CYCLED) {
          complete(at); // of the others it was said when they were to end
        }
        for (DynoTimer timer : DynoTimer.values()) {
          disarm(timer);
        }
        leave(ended);
      }
    }
  }

  private void restart() {
    if (past.end != null) {
      leave(past.end);
      return;
    }
    past.due.forEach((timer, at) -> orders.add(new DynoOrder.ArmTimer(timer, at)));
    if (past.host == null && !past.over) {
      orders.add(new DynoOrder.ChooseHost(past.generation + 1));
      return;
    }
    if (past.over) {
      return;
    }
    if (past.stopping || past.started != null) {
      orders.add(new DynoOrder.AskHost(host(), past.generation));
      if (past.stopping && !past.due.containsKey(DynoTimer.GRACE)) {
        signal(StopSignal.KILL); // it may have been lost
      }
    } else if (past.startOrdered) {
      orders.add(new DynoOrder.StartProcess(host(), past.generation));
    } else {
      orders.add(new DynoOrder.PrepareFiles(host(), past.generation));
    }
  }

  private void leave(DynoEvent.Retired ended) {
    if (past.host != null) {
      orders.add(new DynoOrder.DiscardFiles(past.host, past.generation));
    }
    orders.add(new DynoOrder.ReportRetired(ended.ending(), ended.status(), ended.at()));
  }

  private void start(Instant at) {
    log(at, "Starting process with command `" + past.spec.command() + "`");
    orders.add(new DynoOrder.StartProcess(host(), past.generation));
  }

  private void complete(Instant at) {
    log(at, "State changed from up to complete");
  }

  private void used(Instant at, String what, long used, long quota) {
    long megabytes = used >> 20;
    double share = 100.0 * used / quota;
    log(at, String.format(Locale.ROOT, "Process running %s=%dM(%.1f%%)", what, megabytes, share));
  }

  private String idle() {
    Duration idle = past.times().idleAfter();
    return idle.equals(Duration.ofHours(1)) ? "1 h" : idle.toMinutes() + " min";
  }

  private void signal(StopSignal signal) {
    orders.add(new DynoOrder.SignalProcess(host(), past.generation, signal));
  }

  private void close(String reason) {
    orders.add(new DynoOrder.CloseAttach(host(), past.generation, reason));
  }

  private void arm(DynoTimer timer) {
    Instant at = past.due.get(timer);
    if (at == null) {
      throw new Broken(timer + " is not due; " + past);
    }
    orders.add(new DynoOrder.ArmTimer(timer, at));
  }

  private void disarm(DynoTimer timer) {
    orders.add(new DynoOrder.DisarmTimer(timer));
  }

  private void log(Instant at, String text) {
    orders.add(new DynoOrder.WriteLog(at, text));
  }

  private HostId host() {
    if (past.host == null) {
      throw new Broken("no host; " + past);
    }
    return past.host;
  }
}
