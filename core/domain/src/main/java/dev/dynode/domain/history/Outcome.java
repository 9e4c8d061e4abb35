package dev.dynode.domain.history;

import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * What became of an order, as far as later events tell.
 *
 * @param text what tells it, for people
 */
public record Outcome(Kind kind, String text) {

  /** Whether an order was carried out. */
  public enum Kind {
    DONE,
    FAILED,
    /** No event tells. */
    UNTOLD
  }

  private static final Outcome UNTOLD = new Outcome(Kind.UNTOLD, "");

  static Outcome of(
      Step<DynoEvent, DynoState, DynoOrder> step,
      DynoOrder order,
      List<Step<DynoEvent, DynoState, DynoOrder>> later) {
    Instant since = step.event().at();
    return switch (order) {
      case DynoOrder.PrepareFiles _ -> first(later, event -> prepared(event, since));
      case DynoOrder.StartProcess _ -> first(later, event -> started(event, since));
      case DynoOrder.ChooseHost _ -> first(later, event -> placed(event, since));
      case DynoOrder.SignalProcess sent ->
          first(later, event -> signalled(event, number(sent.signal()), since));
      case DynoOrder.ArmTimer(DynoTimer timer, Instant at) -> timer(later, timer, at);
      case DynoOrder.DisarmTimer _ -> new Outcome(Kind.DONE, "");
      case DynoOrder.AskHost _,
          DynoOrder.ResizeTerminal _,
          DynoOrder.CloseAttach _,
          DynoOrder.DiscardFiles _,
          DynoOrder.WriteLog _,
          DynoOrder.ReportRetired _ ->
          UNTOLD;
    };
  }

  private static Outcome first(
      List<Step<DynoEvent, DynoState, DynoOrder>> later, Function<DynoEvent, Outcome> judge) {
    for (var step : later) {
      Outcome outcome = judge.apply(step.event());
      if (outcome.kind() != Kind.UNTOLD) {
        return new Outcome(outcome.kind(), outcome.text() + " (" + step.sequence() + ")");
      }
    }
    return UNTOLD;
  }

  private static Outcome prepared(DynoEvent event, Instant since) {
    return switch (event) {
      case DynoEvent.BecameUp _ -> done("ready after", since, event);
      case DynoEvent.Lost _, DynoEvent.StopRequested _ -> failed(event);
      default -> UNTOLD;
    };
  }

  private static Outcome placed(DynoEvent event, Instant since) {
    return event instanceof DynoEvent.Placed ? done("placed after", since, event) : UNTOLD;
  }

  private static Outcome started(DynoEvent event, Instant since) {
    return switch (event) {
      case DynoEvent.Started _ -> done("started after", since, event);
      case DynoEvent.StartFailed _, DynoEvent.Lost _ -> failed(event);
      case DynoEvent.Exited _ -> new Outcome(Kind.FAILED, "it ended before");
      default -> UNTOLD;
    };
  }

  private static int number(DynoOrder.StopSignal signal) {
    return switch (signal) {
      case HANGUP -> ExitStatus.HANGUP;
      case TERMINATE -> ExitStatus.TERMINATE;
      case KILL -> ExitStatus.KILL;
    };
  }

  /** An end with the status of another signal is that one's. */
  private static Outcome signalled(DynoEvent event, int signal, Instant since) {
    return switch (event) {
      case DynoEvent.Exited(_, _, _, int status) -> {
        var told = new ExitStatus(status);
        boolean others = told.signal().isPresent() && !told.of(signal);
        yield others
            ? new Outcome(
                Kind.FAILED,
                "%s ended it first (status %d) after %s"
                    .formatted(
                        ExitStatus.name(told.signal().getAsInt()),
                        status,
                        Spoken.span(since, event.at())))
            : done("exited with status " + status + " after", since, event);
      }
      case DynoEvent.HangupSent _, DynoEvent.HangupIgnored _, DynoEvent.ExitTimedOut _ ->
          new Outcome(Kind.FAILED, "still running after " + Spoken.span(since, event.at()));
      case DynoEvent.Lost _ -> failed(event);
      default -> UNTOLD;
    };
  }

  private static Outcome timer(
      List<Step<DynoEvent, DynoState, DynoOrder>> later, DynoTimer timer, Instant due) {
    for (var step : later) {
      if (rang(timer, step.event())) {
        return new Outcome(
            Kind.DONE, "rang " + Spoken.at(step.event().at()) + " (" + step.sequence() + ")");
      }
      boolean still =
          step.after() instanceof DynoState.Live live && due.equals(live.deadlines().get(timer));
      if (!still) {
        return new Outcome(Kind.DONE, "stopped before it rang (" + step.sequence() + ")");
      }
    }
    return new Outcome(Kind.UNTOLD, "due " + Spoken.at(due));
  }

  private static boolean rang(DynoTimer timer, DynoEvent event) {
    return switch (event) {
      case DynoEvent.AttachFailed _ -> timer == DynoTimer.ATTACH;
      case DynoEvent.HangupSent(_, _, _, int times) -> timer == DynoTimer.HANGUP && times > 1;
      case DynoEvent.HangupIgnored _ -> timer == DynoTimer.HANGUP;
      case DynoEvent.Cycled _ -> timer == DynoTimer.LIFE;
      case DynoEvent.StopRequested(_, _, _, var cause) ->
          timer == DynoTimer.LIFE && cause == DynoEvent.StopCause.TIME_TO_LIVE;
      case DynoEvent.ExitTimedOut _ -> timer == DynoTimer.GRACE;
      default -> false;
    };
  }

  private static Outcome done(String what, Instant since, DynoEvent event) {
    return new Outcome(Kind.DONE, what + " " + Spoken.span(since, event.at()));
  }

  private static Outcome failed(DynoEvent event) {
    return new Outcome(
        Kind.FAILED,
        switch (event) {
          case DynoEvent.StartFailed(_, _, _, String reason) -> reason;
          case DynoEvent.Lost(_, _, _, String reason) -> reason;
          default -> "it was stopped before";
        });
  }
}
