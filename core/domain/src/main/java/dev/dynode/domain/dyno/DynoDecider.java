package dev.dynode.domain.dyno;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.dyno.DynoCommand.Attach;
import dev.dynode.domain.dyno.DynoCommand.Create;
import dev.dynode.domain.dyno.DynoCommand.Place;
import dev.dynode.domain.dyno.DynoCommand.ReportDetached;
import dev.dynode.domain.dyno.DynoCommand.ReportExited;
import dev.dynode.domain.dyno.DynoCommand.ReportIdle;
import dev.dynode.domain.dyno.DynoCommand.ReportLost;
import dev.dynode.domain.dyno.DynoCommand.ReportPrepared;
import dev.dynode.domain.dyno.DynoCommand.ReportStartFailed;
import dev.dynode.domain.dyno.DynoCommand.ReportStarted;
import dev.dynode.domain.dyno.DynoCommand.ReportUsage;
import dev.dynode.domain.dyno.DynoCommand.Resize;
import dev.dynode.domain.dyno.DynoCommand.Stop;
import dev.dynode.domain.dyno.DynoCommand.TimerDue;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoState.Absent;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Phase;
import dev.dynode.domain.dyno.DynoState.Retired;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The life of a one-off dyno, as Heroku's articles "One-Off Dynos" and "Dyno Shutdown Behavior"
 * tell it.
 *
 * <pre>
 * Absent → CREATED → AWAITING (attached) ─ client ─→ STARTING → RUNNING → EXITED → Retired
 *                  └──────── detached ─────────────→ STARTING     │ stop, 24 h: STOPPING ─┘
 * </pre>
 *
 * <p>Of a dyno of the formation it knows one thing so far: with its host lost it is {@code CREATED}
 * again, and its next placement is the next generation.
 */
public final class DynoDecider implements Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> {
  /** Whom events name that nobody asked for. */
  public static final String SYSTEM = "dynode";

  /** Status of an attached dyno whose client never came (Heroku's R13). */
  public static final int NOT_ATTACHED_STATUS = 128;

  /** Status of a command that could not be started, as a shell would give it. */
  public static final int NOT_STARTED_STATUS = 126;

  private static final int TERMINATED_STATUS = 128 + 15;

  @Override
  public DynoState initial() {
    return new Absent();
  }

  @Override
  public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
    return switch (state) {
      case Absent _ ->
          command instanceof Create(String by, DynoSpec spec, var host, var grounds)
              ? Decision.accept(
                  new DynoEvent.Created(now, by, 0, spec),
                  new DynoEvent.Placed(now, by, 1, host, grounds))
              : Decision.refuse(Refusal.notFound("dyno"));
      case Retired retired ->
          command instanceof Attach
              ? Decision.refuse(
                  Refusal.conflict(
                      retired.spec().name() + " has ended; start another one to attach to."))
              : Decision.accept();
      case Live live -> decideLive(live, command, now);
    };
  }

  private static Decision<DynoEvent> decideLive(Live live, DynoCommand command, Instant now) {
    return switch (command) {
      case Create _ -> Decision.accept();
      case Place(String by, var host, var grounds) ->
          live.phase() == Phase.CREATED
              ? Decision.accept(new DynoEvent.Placed(now, by, live.generation() + 1, host, grounds))
              : Decision.accept();
      case Attach attach -> attach(live, attach, now);
      case Resize(String by, int columns, int rows) ->
          live.phase() == Phase.RUNNING && live.spec().terminal()
              ? Decision.accept(
                  new DynoEvent.WindowResized(now, by, live.generation(), columns, rows))
              : Decision.accept();
      case Stop(String by, StopCause cause) ->
          end(live, new DynoEvent.StopRequested(now, by, live.generation(), cause));
      case TimerDue(DynoTimer timer) -> {
        Instant due = live.deadlines().get(timer);
        yield due == null || now.isBefore(due) ? Decision.accept() : timerDue(live, timer, now);
      }
      case ReportPrepared(int generation) ->
          isCurrent(live, generation) && live.phase() == Phase.AWAITING && !live.up()
              ? Decision.accept(new DynoEvent.BecameUp(now, SYSTEM, generation))
              : Decision.accept();
      case ReportStarted(int generation, long pid) -> started(live, generation, pid, now);
      case ReportStartFailed(int generation, String reason) ->
          !isCurrent(live, generation) || live.startedAt().isPresent()
              ? Decision.accept()
              : Decision.accept(
                  new DynoEvent.StartFailed(now, SYSTEM, generation, reason),
                  new DynoEvent.Exited(now, SYSTEM, generation, NOT_STARTED_STATUS),
                  new DynoEvent.Retired(
                      now,
                      SYSTEM,
                      generation,
                      Ending.NOT_STARTED,
                      Optional.of(NOT_STARTED_STATUS)));
      case ReportDetached(int generation) ->
          isCurrent(live, generation) && live.client().isPresent()
              ? hangUp(live, new DynoEvent.ClientDetached(now, SYSTEM, generation), now)
              : Decision.accept();
      case ReportIdle(int generation, Instant lastByte) ->
          isCurrent(live, generation)
                  && live.client().isPresent()
                  && !lastByte.plus(live.spec().policy().idleAfter()).isAfter(now)
              ? hangUp(live, new DynoEvent.IdleTimedOut(now, SYSTEM, generation, lastByte), now)
              : Decision.accept();
      case ReportUsage(int generation, Usage usage) ->
          isCurrent(live, generation) && (live.phase() == Phase.RUNNING || isAsked(live))
              ? new Decision.Accepted<>(QuotaRule.judge(live, usage, now))
              : Decision.accept();
      case ReportExited(int generation, int status) ->
          isCurrent(live, generation)
              ? Decision.accept(
                  new DynoEvent.Exited(now, SYSTEM, generation, status),
                  new DynoEvent.Retired(
                      now,
                      SYSTEM,
                      generation,
                      live.why().orElse(Ending.EXITED),
                      Optional.of(status)))
              : Decision.accept();
      case ReportLost(int generation, String reason) -> lost(live, generation, reason, now);
    };
  }

  /** Whether a report is about the launch that there is. */
  private static boolean isCurrent(Live live, int generation) {
    return generation == live.generation() && live.phase() != Phase.CREATED;
  }

  /** Whether it was sent SIGTERM and not yet SIGKILL, after which it uses nothing for long. */
  private static boolean isAsked(Live live) {
    return live.deadlines().grace() != null;
  }

  /** A one-off ends with its host; a dyno of the formation is to be placed again. */
  private static Decision<DynoEvent> lost(Live live, int generation, String reason, Instant now) {
    if (!isCurrent(live, generation)) {
      return Decision.accept();
    }
    var lost = new DynoEvent.Lost(now, SYSTEM, generation, reason);
    return placedAgain(live)
        ? Decision.accept(lost)
        : Decision.accept(
            lost, new DynoEvent.Retired(now, SYSTEM, generation, Ending.LOST, Optional.empty()));
  }

  static boolean placedAgain(Live live) {
    return live.spec().formation() && live.phase() != Phase.STOPPING;
  }

  private static Decision<DynoEvent> attach(Live live, Attach attach, Instant now) {
    if (attach.connection().isPresent() && live.client().equals(attach.connection())) {
      return Decision.accept(); // its answer was lost
    }
    if (!live.spec().attach()) {
      return Decision.refuse(
          Refusal.conflict(live.spec().name() + " runs detached; its output is in the app's log."));
    }
    if (live.phase() != Phase.AWAITING) {
      return Decision.refuse(
          Refusal.conflict(
              live.spec().name()
                  + " has had its client: a token is good for one connection. Start another dyno."));
    }
    return Decision.accept(
        new DynoEvent.ClientAttached(
            now, attach.by(), live.generation(), attach.from(), attach.connection()));
  }

  private static Decision<DynoEvent> started(Live live, int generation, long pid, Instant now) {
    boolean ordered = live.phase() == Phase.STARTING || live.phase() == Phase.STOPPING;
    if (generation != live.generation() || !ordered || live.startedAt().isPresent()) {
      return Decision.accept();
    }
    var started = new DynoEvent.Started(now, SYSTEM, generation, pid);
    return live.up()
        ? Decision.accept(started)
        : Decision.accept(started, new DynoEvent.BecameUp(now, SYSTEM, generation));
  }

  private static Decision<DynoEvent> timerDue(Live live, DynoTimer timer, Instant now) {
    int generation = live.generation();
    return switch (timer) {
      case ATTACH ->
          Decision.accept(
              new DynoEvent.AttachFailed(now, SYSTEM, generation),
              new DynoEvent.Exited(now, SYSTEM, generation, NOT_ATTACHED_STATUS),
              new DynoEvent.Retired(
                  now, SYSTEM, generation, Ending.NOT_ATTACHED, Optional.of(NOT_ATTACHED_STATUS)));
      case HANGUP ->
          live.hangups() < live.spec().policy().hangups()
              ? Decision.accept(
                  new DynoEvent.HangupSent(now, SYSTEM, generation, live.hangups() + 1))
              : Decision.accept(new DynoEvent.HangupIgnored(now, SYSTEM, generation));
      case LIFE ->
          end(
              live,
              live.spec()
                      .timeToLive()
                      .filter(ttl -> ttl.compareTo(live.spec().policy().life()) < 0)
                      .isPresent()
                  ? new DynoEvent.StopRequested(now, SYSTEM, generation, StopCause.TIME_TO_LIVE)
                  : new DynoEvent.Cycled(now, SYSTEM, generation));
      case GRACE ->
          Decision.accept(
              new DynoEvent.ExitTimedOut(now, SYSTEM, generation),
              new DynoEvent.KillSent(now, SYSTEM, generation));
    };
  }

  private static Decision<DynoEvent> hangUp(Live live, DynoEvent cause, Instant now) {
    return live.phase() == Phase.STOPPING
        ? Decision.accept(cause)
        : Decision.accept(cause, new DynoEvent.HangupSent(now, SYSTEM, live.generation(), 1));
  }

  /** SIGTERM, or at once the end where nothing runs yet. */
  private static Decision<DynoEvent> end(Live live, DynoEvent cause) {
    Instant now = cause.at();
    int generation = live.generation();
    return switch (live.phase()) {
      case CREATED, AWAITING ->
          Decision.accept(
              cause,
              new DynoEvent.Exited(now, SYSTEM, generation, TERMINATED_STATUS),
              new DynoEvent.Retired(
                  now, SYSTEM, generation, endingOf(cause), Optional.of(TERMINATED_STATUS)));
      case STARTING, RUNNING ->
          Decision.accept(cause, new DynoEvent.TerminateSent(now, SYSTEM, generation));
      case STOPPING, EXITED -> Decision.accept();
    };
  }

  private static Ending endingOf(DynoEvent cause) {
    return cause instanceof DynoEvent.Cycled ? Ending.CYCLED : Ending.STOPPED;
  }

  @Override
  public DynoState evolve(DynoState state, DynoEvent event) {
    return DynoEvolution.evolve(state, event);
  }

  @Override
  public List<DynoOrder> react(DynoEvent event, DynoState after) {
    if (after instanceof Retired retired) {
      return event instanceof DynoEvent.Retired ended ? afterwards(ended, retired) : List.of();
    }
    if (!(after instanceof Live live)) {
      return List.of();
    }
    return new DynoReactions(live).to(event);
  }

  private static List<DynoOrder> afterwards(DynoEvent.Retired ended, Retired retired) {
    var orders = new ArrayList<DynoOrder>();
    if (ended.ending() != Ending.STOPPED && ended.ending() != Ending.CYCLED) {
      orders.add(new DynoOrder.WriteLog(ended.at(), "State changed from up to complete"));
    }
    for (DynoTimer timer : DynoTimer.values()) {
      orders.add(new DynoOrder.DisarmTimer(timer));
    }
    leave(retired, orders);
    return List.copyOf(orders);
  }

  private static void leave(Retired retired, List<DynoOrder> orders) {
    retired
        .host()
        .ifPresent(host -> orders.add(new DynoOrder.DiscardFiles(host, retired.generation())));
    orders.add(new DynoOrder.ReportRetired(retired.ending(), retired.status(), retired.endedAt()));
  }

  @Override
  public List<DynoOrder> resume(DynoState state, Instant now) {
    return switch (state) {
      case Absent _ -> List.of(new DynoOrder.ChooseHost(1));
      case Retired retired -> {
        var orders = new ArrayList<DynoOrder>();
        leave(retired, orders);
        yield List.copyOf(orders);
      }
      case Live live -> new DynoReactions(live).again();
    };
  }
}
