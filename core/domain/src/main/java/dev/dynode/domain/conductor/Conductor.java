package dev.dynode.domain.conductor;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.conductor.Signal.Wake;
import dev.dynode.domain.conductor.UnderWay.Asking;
import dev.dynode.domain.conductor.UnderWay.Seat;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.Placement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who tells whom what, between one app's record, its dynos and the hosts: a run is asked for, a
 * host keeps a place, the app grants it, the dyno is launched in that place, and when it has ended
 * its slot is free. Actors, simulator and test doubles drive this one conductor, each over its own
 * carriers.
 *
 * <p>It holds only what is under way. All of that may be lost at any instant: after that, what the
 * records order again leads to the same end, and places that were kept in vain end by themselves.
 * No clock, no I/O; for one thread.
 *
 * @param <W> whoever waits for an answer
 */
public final class Conductor<W> {
  /** How soon a host is looked for again for a dyno that was granted and has none. */
  public static final Duration PLACE_AGAIN = Duration.ofSeconds(1);

  /** How long dynos have to tell whether they have ended, before one is refused because of them. */
  public static final Duration COUNT = Duration.ofSeconds(1);

  /** How long a host has for what it was ordered before it is ordered again. */
  public static final Duration ORDER_AGAIN = Duration.ofSeconds(10);

  /** What whoever carries out the steps has last heard from the records. */
  public interface Known {
    AppState app();

    /** State of a dyno whose decider is there; {@code Absent} too while it has not told. */
    Optional<DynoState> dyno(DynoId dyno);
  }

  private final Decider<AppCommand, AppEvent, AppState, AppOrder> rules;
  private final Placement placement;
  private final Known known;
  private final UnderWay<W> underWay = new UnderWay<>();

  /** Dynos whose hosts had something to do when it was last looked, and their states then. */
  private Map<DynoId, DynoState> awaitingHost = Map.of();

  public Conductor(
      Decider<AppCommand, AppEvent, AppState, AppOrder> rules, Placement placement, Known known) {
    this.rules = rules;
    this.placement = placement;
    this.known = known;
  }

  /** What is to be done about what was heard. */
  public List<Step<W>> on(Signal<W> signal, Instant now) {
    var steps = new ArrayList<Step<W>>();
    switch (signal) {
      case Signal.RunAsked<W>(W who, RunDyno command) -> asked(who, command, now, steps);
      case Signal.Counted<W>(DynoId dyno, boolean oneHasEnded) -> counted(dyno, oneHasEnded, steps);
      case Signal.RunDecided<W>(W who, RunDyno command, Verdict verdict) ->
          decided(who, command, verdict, steps);
      case Signal.AppOrdered<W>(AppOrder order) -> ordered(order, steps);
      case Signal.DynoOrdered<W>(DynoId dyno, DynoOrder.ForApp order) ->
          ordered(dyno, order, steps);
      case Signal.Retired<W>(DynoId dyno) -> {
        release(dyno, steps);
        underWay.unseat(dyno);
        steps.add(new Step.Forget<>(dyno));
      }
      case Signal.DynoChanged<W>(DynoId dyno) -> changed(dyno, steps);
      case Signal.Placed<W>(DynoId dyno) -> underWay.notGiven(dyno);
      case Signal.Unborn<W>(DynoId dyno, Failure why) -> {
        underWay.notGiven(dyno); // it orders a place again
        unborn(dyno, why, steps);
      }
      case Signal.DynoEnded<W>(DynoId dyno) -> {
        underWay.notGiven(dyno); // it may not have heard of it
        onRoster(dyno, steps);
      }
      case Signal.HostsSeen<W> seen -> {
        if (underWay.seat(seen.dyno()) instanceof Seat.Searched(PlaceSearch search)) {
          searched(search, search.begin(seen, steps), steps);
        }
      }
      case Signal.HostsUnknown<W>(DynoId dyno) -> unknown(dyno, steps);
      case Signal.PlaceAnswered<W> answer -> {
        if (underWay.seat(answer.dyno()) instanceof Seat.Searched(PlaceSearch search)) {
          searched(search, search.answered(answer, steps), steps);
        }
      }
      case Signal.HostFound<W>(var dynos) -> {
        dynos.forEach(dyno -> steps.add(new Step.Resume<>(dyno)));
        underWay.dynos().forEach(dyno -> placeAgain(dyno, steps));
      }
      case Signal.HostLost<W>(HostId host, var dynos) -> {
        for (DynoId dyno : dynos) {
          if (stateOf(dyno) instanceof Live live) {
            steps.add(
                new Step.Tell<>(
                    dyno,
                    new DynoCommand.ReportLost(live.generation(), "Host " + host + " was lost")));
          }
        }
      }
      case Signal.HostHolds<W>(DynoId dyno, Optional<HostId> host, W from) ->
          steps.add(
              onRoster(dyno, steps) && !elsewhere(dyno, host)
                  ? new Step.Resume<>(dyno)
                  : new Step.Dismiss<>(dyno, from));
      case Signal.Reported<W>(DynoId dyno, DynoCommand report, W from) ->
          steps.add(
              onRoster(dyno, steps)
                  ? new Step.Pass<>(dyno, report, from)
                  : new Step.Dismiss<>(dyno, from));
      case Signal.NameClaimed<W>(String name) -> {
        if (!(known.app() instanceof App app && app.name().equals(name) && !app.over())) {
          steps.add(new Step.FreeName<>(name));
        }
      }
      case Signal.Due<W>(Wake wake) -> due(wake, steps);
    }
    return steps;
  }

  private void due(Wake wake, List<Step<W>> steps) {
    switch (wake) {
      case Wake.CountEnds(DynoId dyno) -> counted(dyno, false, steps);
      case Wake.PlaceAgain(DynoId dyno) -> placeAgain(dyno, steps);
      case Wake.LookAgain(DynoId dyno) -> {
        if (underWay.seat(dyno) instanceof Seat.Searched(PlaceSearch search)) {
          steps.add(new Step.LookForHosts<>(dyno, search.bytes));
        }
      }
      case Wake.Silent silent -> {
        if (underWay.seat(silent.dyno()) instanceof Seat.Searched(PlaceSearch search)) {
          searched(search, search.silent(silent, steps), steps);
        }
      }
      case Wake.OrderAgain() -> orderAgain(steps);
    }
  }

  /**
   * A host must keep a place before a dyno is granted, and nobody is refused for one that has
   * ended.
   */
  private void asked(W who, RunDyno command, Instant now, List<Step<W>> steps) {
    DynoId dyno = command.id();
    Asking<W> before = underWay.asking(dyno);
    if (before != null) {
      before.who().add(who);
      return;
    }
    var one = new Asking<>(command, new ArrayList<>(List.of(who)));
    switch (rules.decide(known.app(), command, now)) {
      case Decision.Accepted<AppEvent>(var events) when !events.isEmpty() -> seek(one, steps);
      case Decision.Refused<AppEvent>(Refusal why, _)
          when why.reason() == Refusal.Reason.OVER_LIMIT -> {
        underWay.about(dyno).counting = one;
        steps.add(new Step.Count<>(dyno));
        steps.add(new Step.Later<>(COUNT, new Wake.CountEnds(dyno)));
      }
      case Decision<AppEvent> _ -> decide(one, command, steps);
    }
  }

  /** Whoever has ended told so before it was counted, and the app's record decides that first. */
  private void counted(DynoId dyno, boolean oneHasEnded, List<Step<W>> steps) {
    Asking<W> one = underWay.endCounting(dyno);
    if (one != null && oneHasEnded) {
      seek(one, steps);
    } else if (one != null) {
      decide(one, one.command(), steps);
    }
  }

  private void seek(Asking<W> one, List<Step<W>> steps) {
    DynoId dyno = one.command().id();
    boolean isDecided =
        underWay.seat(dyno) instanceof Seat.Kept; // for who asked before: in that place
    if (isDecided || !(known.app() instanceof App app)) {
      decide(one, one.command(), steps);
      return;
    }
    underWay.about(dyno).asking = one;
    search(dyno, 1, AppDecider.promised(app, one.command().size()), steps);
  }

  private void decide(Asking<W> one, AppCommand command, List<Step<W>> steps) {
    one.who().forEach(who -> steps.add(new Step.Decide<>(who, one.command(), command)));
  }

  private void search(DynoId dyno, int generation, long bytes, List<Step<W>> steps) {
    underWay.about(dyno).seat =
        new Seat.Searched(new PlaceSearch(placement, dyno, generation, bytes));
    steps.add(new Step.LookForHosts<>(dyno, bytes));
  }

  private void searched(PlaceSearch search, PlaceSearch.Stage stage, List<Step<W>> steps) {
    DynoId dyno = search.dyno;
    switch (stage) {
      case PlaceSearch.Stage.Asking() -> {}
      case PlaceSearch.Stage.Found(var before) -> {
        underWay.about(dyno).seat =
            new Seat.Kept(before.id(), search.search().grounds(before), search.generation);
        Asking<W> one = underWay.endAsking(dyno);
        if (one != null) {
          decide(one, one.command(), steps);
        } else {
          give(dyno, steps);
        }
      }
      case PlaceSearch.Stage.Nowhere() -> {
        Asking<W> one = underWay.endAsking(dyno);
        if (one != null) {
          underWay.unseat(dyno);
          decide(one, new AppCommand.RunNowhere(one.command(), search.search().refusal()), steps);
        } else { // it was granted: until there is one
          later(dyno, search.generation, steps);
        }
      }
    }
  }

  private void later(DynoId dyno, int generation, List<Step<W>> steps) {
    underWay.about(dyno).seat = new Seat.Wanted(generation);
    steps.add(new Step.Later<>(PLACE_AGAIN, new Wake.PlaceAgain(dyno)));
  }

  private void placeAgain(DynoId dyno, List<Step<W>> steps) {
    if (underWay.seat(dyno) instanceof Seat.Wanted(int generation)) {
      underWay.unseat(dyno);
      choose(dyno, generation, steps);
    }
  }

  private void unknown(DynoId dyno, List<Step<W>> steps) {
    if (!(underWay.seat(dyno) instanceof Seat.Searched(PlaceSearch search))) {
      return;
    }
    Asking<W> one = underWay.endAsking(dyno);
    if (one != null) {
      underWay.unseat(dyno);
      fail(one.who(), Failure.broken(), steps);
    } else {
      later(dyno, search.generation, steps);
    }
  }

  private void fail(List<W> waiting, Failure why, List<Step<W>> steps) {
    waiting.forEach(who -> steps.add(new Step.Answer<>(who, new Verdict.Failed(why))));
  }

  /** Whoever was granted a dyno is answered when that has journaled its first event. */
  private void decided(W who, RunDyno command, Verdict verdict, List<Step<W>> steps) {
    if (!(verdict instanceof Verdict.Granted(DynoId dyno))) {
      release(command.id(), steps);
      steps.add(new Step.Answer<>(who, verdict));
      return;
    }
    boolean born = !(stateOf(dyno) instanceof DynoState.Absent) || !onRoster(dyno);
    if (born || !dyno.equals(command.id())) { // it was granted before
      release(command.id(), steps);
    }
    if (born) {
      steps.add(new Step.Answer<>(who, verdict));
    } else {
      UnderWay.One<W> one = underWay.about(dyno);
      if (one.awaitingBirth == null) {
        one.awaitingBirth = new ArrayList<>(1);
      }
      one.awaitingBirth.add(who);
    }
  }

  /** The place is not needed, if one is kept. */
  private void release(DynoId dyno, List<Step<W>> steps) {
    if (underWay.seat(dyno) instanceof Seat.Kept(HostId host, _, int generation)) {
      underWay.unseat(dyno);
      steps.add(new Step.ReleasePlace<>(host, dyno, generation));
    }
  }

  private void ordered(AppOrder order, List<Step<W>> steps) {
    switch (order) {
      case AppOrder.LaunchDyno(_, DynoSpec spec) -> {
        if (stateOf(spec.id()) instanceof Retired retired) { // the app's record has started again
          retire(
              spec.id(),
              new DynoOrder.ReportRetired(retired.ending(), retired.status(), retired.endedAt()),
              steps);
        } else {
          onRoster(spec.id(), steps);
        }
      }
      case AppOrder.StopDyno(String by, DynoId dyno, var cause) -> {
        if (known.dyno(dyno).isPresent()) {
          steps.add(new Step.Tell<>(dyno, new DynoCommand.Stop(by, cause)));
        }
      }
      case AppOrder.Dismantle(String name) -> {
        steps.add(new Step.FreeName<>(name));
        steps.add(new Step.CarryOut<>(order));
      }
      case AppOrder.RemoveSlugs _, AppOrder.WriteLog _ -> steps.add(new Step.CarryOut<>(order));
    }
  }

  private void ordered(DynoId dyno, DynoOrder.ForApp order, List<Step<W>> steps) {
    switch (order) {
      case DynoOrder.ChooseHost(int generation) -> choose(dyno, generation, steps);
      case DynoOrder.ReportRetired retired -> retire(dyno, retired, steps);
    }
  }

  private void retire(DynoId dyno, DynoOrder.ReportRetired retired, List<Step<W>> steps) {
    steps.add(
        new Step.Retire<>(
            new AppCommand.RetireDyno(
                DynoDecider.SYSTEM, dyno, retired.ending(), retired.status(), retired.at())));
  }

  /** In the place that is kept for it, if one is; else one is looked for. */
  private void choose(DynoId dyno, int generation, List<Step<W>> steps) {
    if (!(known.app() instanceof App app) || !app.roster().containsKey(dyno)) {
      return;
    }
    switch (underWay.seat(dyno)) {
      case Seat.Searched _, Seat.Given _ -> {}
      case Seat.Kept _ -> give(dyno, steps);
      case null, default ->
          search(dyno, generation, DynoSize.of(app.roster().get(dyno).spec()).memoryBytes(), steps);
    }
  }

  private void give(DynoId dyno, List<Step<W>> steps) {
    if (!(known.app() instanceof App app)
        || !app.roster().containsKey(dyno)
        || !(underWay.seat(dyno)
            instanceof Seat.Kept(HostId host, Grounds grounds, int generation))) {
      release(dyno, steps);
      return;
    }
    Requested requested = app.roster().get(dyno);
    underWay.about(dyno).seat = UnderWay.GIVEN;
    steps.add(
        new Step.Place<>(
            dyno,
            generation == 1
                ? new DynoCommand.Create(
                    requested.by(), requested.spec(), host, Optional.of(grounds))
                : new DynoCommand.Place(DynoDecider.SYSTEM, host, Optional.of(grounds))));
  }

  /** It was granted, so it is tried again; who waits for it is told at the second failure. */
  private void unborn(DynoId dyno, Failure why, List<Step<W>> steps) {
    UnderWay.One<W> one = underWay.about(dyno);
    if (one.unborn && one.awaitingBirth != null) {
      fail(
          one.awaitingBirth,
          Failure.mayBeDone("The dyno was granted, but cannot be started yet: " + why.message()),
          steps);
      one.awaitingBirth = null;
    }
    one.unborn = true;
  }

  private void changed(DynoId dyno, List<Step<W>> steps) {
    if (stateOf(dyno) instanceof DynoState.Absent) {
      return;
    }
    underWay.settle(
        dyno,
        one -> {
          one.unborn = false;
          if (one.awaitingBirth != null) {
            one.awaitingBirth.forEach(
                who -> steps.add(new Step.Answer<>(who, new Verdict.Granted(dyno))));
            one.awaitingBirth = null;
          }
        });
  }

  /** Whether a dyno is not over; after a recovery it may not have been launched yet. */
  private boolean onRoster(DynoId dyno, List<Step<W>> steps) {
    if (known.dyno(dyno).isPresent()) {
      return true;
    }
    if (!(known.app() instanceof App app) || !app.roster().containsKey(dyno)) {
      return false;
    }
    steps.add(new Step.Launch<>(app.roster().get(dyno).spec()));
    return true;
  }

  private boolean onRoster(DynoId dyno) {
    return known.app() instanceof App app && app.roster().containsKey(dyno);
  }

  private DynoState stateOf(DynoId dyno) {
    return known.dyno(dyno).orElseGet(DynoState.Absent::new);
  }

  /** Whether the dyno was placed on another host since. */
  private boolean elsewhere(DynoId dyno, Optional<HostId> host) {
    return host.isPresent()
        && stateOf(dyno) instanceof Live live
        && live.generation() > 1
        && live.host().isPresent()
        && !live.host().equals(host);
  }

  /** Once more for every dyno whose host has done nothing since the last time. */
  private void orderAgain(List<Step<W>> steps) {
    Map<DynoId, DynoState> now = new HashMap<>();
    if (known.app() instanceof App app) {
      for (DynoId dyno : app.roster().keySet()) {
        if (stateOf(dyno) instanceof Live live && live.awaitsHost()) {
          now.put(dyno, live);
          if (live.equals(awaitingHost.get(dyno))) {
            steps.add(new Step.Resume<>(dyno));
          }
        }
      }
    }
    awaitingHost = now;
    steps.add(new Step.Later<>(ORDER_AGAIN, new Wake.OrderAgain()));
  }
}
