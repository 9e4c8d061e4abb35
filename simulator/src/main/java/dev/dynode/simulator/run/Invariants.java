package dev.dynode.simulator.run;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.time.Duration;
import java.util.List;

/**
 * What must hold after every event, whatever the world does. Checked one by one as events are
 * written, in time that does not depend on how many there were.
 */
public final class Invariants implements SimObserver {
  private static final ClassValue<Long> BITS =
      new ClassValue<>() {
        @Override
        protected Long computeValue(Class<?> type) {
          return 1L << List.of(DynoEvent.class.getPermittedSubclasses()).indexOf(type);
        }
      };

  private static final long RETIRED = BITS.get(DynoEvent.Retired.class);
  private static final long CLIENT_GONE =
      BITS.get(DynoEvent.ClientDetached.class) | BITS.get(DynoEvent.IdleTimedOut.class);

  /** A rule of the house does not hold. */
  public static class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    public Broken(String rule) {
      super(rule);
    }
  }

  private final AppPolicy policy;
  private final Duration late;
  private long checks;

  /**
   * @param late how much later than agreed a timer may be told, as the network and the clock of
   *     this run can make it
   */
  public Invariants(AppPolicy policy, Duration late) {
    this.policy = policy;
    this.late = late;
  }

  /** How many events were checked. */
  public long checks() {
    return checks;
  }

  @Override
  public void app(SimApp app, AppEvent event, AppState after, long now) {
    checks++;
    if (event instanceof AppEvent.DynoRequested(_, _, var spec, _, _)
        && after instanceof App state) {
      DynoSize.Family family = DynoSize.of(spec).family();
      int running = app.running.merge(family, 1, Integer::sum);
      app.families.put(spec.id(), family);
      String limit = AppPolicy.limitName(state.tier(), family);
      if (running > policy.oneOffLimits().getOrDefault(limit, 0)) {
        throw new Broken(
            "%s runs %d one-off dynos, above the limit of %s".formatted(app.name, running, limit));
      }
      app.granted++;
      rosterIsRight(app, state);
    } else if (event instanceof AppEvent.DynoRetired(_, _, var id, _, _)
        && after instanceof App state) {
      app.granted--;
      rosterIsRight(app, state);
      DynoSize.Family family = app.families.remove(id);
      if (family != null) {
        app.running.merge(family, -1, Integer::sum);
      }
    }
  }

  private static void rosterIsRight(SimApp app, App state) {
    if (state.roster().size() != app.granted) {
      throw new Broken(
          "%s has %d dynos in its roster; %d were granted and have not ended"
              .formatted(app.name, state.roster().size(), app.granted));
    }
  }

  @Override
  public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
    checks++;
    long bit = BITS.get(event.getClass());
    if ((dyno.marks & RETIRED) != 0) {
      throw new Broken(name(event) + " after the end of dyno " + dyno.id);
    }
    if ((dyno.marks & bit) != 0 && onlyOnce(event)) {
      throw new Broken(name(event) + " twice for dyno " + dyno.id);
    }
    if (dyno.owes != null) {
      throw new Broken(dyno.owes.getSimpleName() + " without its order for dyno " + dyno.id);
    }
    if (event instanceof DynoEvent.Exited && dyno.running()) {
      throw new Broken("dyno " + dyno.id + " is said to have exited and runs");
    }
    dyno.marks |= bit;
    dyno.owes =
        event instanceof DynoEvent.HangupSent
                || event instanceof DynoEvent.TerminateSent
                || event instanceof DynoEvent.KillSent
            ? event.getClass()
            : null;
    if (event instanceof DynoEvent.HangupSent && (dyno.marks & CLIENT_GONE) == 0) {
      throw new Broken("SIGHUP to dyno " + dyno.id + " whose client is there");
    }
    if (dyno.due != null && event.at().isAfter(dyno.due.plus(late))) {
      throw new Broken(
          "%s of dyno %s at %s, when something was due at %s"
              .formatted(name(event), dyno.id, event.at(), dyno.due));
    }
    dyno.due = after instanceof DynoState.Live live ? live.deadlines().first() : null;
  }

  @Override
  public void order(SimDyno dyno, DynoOrder order) {
    Class<? extends DynoEvent> cause =
        switch (order) {
          case DynoOrder.StartProcess _, DynoOrder.PrepareFiles _ -> DynoEvent.Placed.class;
          case DynoOrder.SignalProcess(_, _, var signal) ->
              switch (signal) {
                case HANGUP -> DynoEvent.HangupSent.class;
                case TERMINATE -> DynoEvent.TerminateSent.class;
                case KILL -> DynoEvent.KillSent.class;
              };
          case DynoOrder.ReportRetired _, DynoOrder.DiscardFiles _ -> DynoEvent.Retired.class;
          case DynoOrder.ChooseHost _,
              DynoOrder.AskHost _,
              DynoOrder.ResizeTerminal _,
              DynoOrder.CloseAttach _,
              DynoOrder.ArmTimer _,
              DynoOrder.DisarmTimer _,
              DynoOrder.WriteLog _ ->
              null;
        };
    if (cause == dyno.owes) {
      dyno.owes = null;
    }
    if (order instanceof DynoOrder.StartProcess(_, int generation)
        && dyno.state instanceof DynoState.Live live
        && generation != live.generation()) {
      throw new Broken("dyno " + dyno.id + " started as generation " + generation);
    }
    if (cause != null && (dyno.marks & BITS.get(cause)) == 0) {
      throw new Broken(
          "%s ordered without %s for dyno %s"
              .formatted(order.getClass().getSimpleName(), cause.getSimpleName(), dyno.id));
    }
  }

  private static String name(DynoEvent event) {
    return event.getClass().getSimpleName();
  }

  private static boolean onlyOnce(DynoEvent event) {
    return switch (event) {
      case DynoEvent.Created _,
          DynoEvent.BecameUp _,
          DynoEvent.ClientAttached _,
          DynoEvent.Started _,
          DynoEvent.StartFailed _,
          DynoEvent.ClientDetached _,
          DynoEvent.IdleTimedOut _,
          DynoEvent.HangupIgnored _,
          DynoEvent.Cycled _,
          DynoEvent.TerminateSent _,
          DynoEvent.ExitTimedOut _,
          DynoEvent.KillSent _,
          DynoEvent.QuotaExceeded _,
          DynoEvent.AttachFailed _,
          DynoEvent.Exited _,
          DynoEvent.Lost _,
          DynoEvent.Retired _ ->
          true;
      case DynoEvent.Placed _,
          DynoEvent.WindowResized _,
          DynoEvent.HangupSent _,
          DynoEvent.MemoryExceeded _,
          DynoEvent.ProcessLimitHit _,
          DynoEvent.StopRequested _ ->
          false;
    };
  }
}
