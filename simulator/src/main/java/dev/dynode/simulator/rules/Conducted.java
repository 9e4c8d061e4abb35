package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.conductor.Conductor.Known;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.conductor.Signal.Wake;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.run.Invariants.Broken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the conductor of one app must want done about whatever it hears, in one life of its node.
 */
public final class Conducted<W> {
  private final AppPolicy policy;
  private final Known known;
  private final Map<DynoId, Talk<W>> talks = new HashMap<>();
  private Map<DynoId, DynoState> waited = Map.of();
  private List<Step<W>> must = new ArrayList<>();
  private AppPast app;

  /**
   * @param app what has happened to it before
   * @param known as the conductor is shown the records
   */
  public Conducted(AppPolicy policy, AppPast app, Known known) {
    this.policy = policy;
    this.app = app;
    this.known = known;
  }

  /** It has heard something, and wants this done. */
  public void check(AppPast past, Signal<W> signal, List<Step<W>> steps) {
    app = past;
    must = new ArrayList<>();
    expect(signal);
    boolean inAnyOrder = signal instanceof Signal.HostFound<W>;
    boolean right =
        inAnyOrder
            ? must.size() == steps.size() && new HashSet<>(must).equals(new HashSet<>(steps))
            : must.equals(steps);
    if (!right) {
      throw new Broken("after %s %s must be done; it was %s".formatted(signal, must, steps));
    }
  }

  /** It was asked for nothing for long: whoever asked was decided about. */
  public void nobodyAsks() {
    all(Talk::isDecided);
  }

  /** Everything is over: whoever asked was answered. */
  public void over() {
    all(Talk::isOver);
  }

  private void all(Predicate<Talk<W>> isSo) {
    for (Talk<W> talk : talks.values()) {
      if (!isSo.test(talk)) {
        throw new Broken("somebody waits for ever for dyno " + talk.dyno + ": " + talk);
      }
    }
  }

  private Talk<W> of(DynoId dyno) {
    return talks.computeIfAbsent(dyno, id -> new Talk<>(id));
  }

  private void expect(Signal<W> signal) {
    switch (signal) {
      case Signal.RunAsked<W>(W who, RunDyno run) -> asked(of(run.id()), who, run);
      case Signal.Counted<W>(DynoId dyno, boolean oneHasEnded) -> counted(of(dyno), oneHasEnded);
      case Signal.RunDecided<W>(W who, RunDyno run, Verdict verdict) ->
          decided(of(run.id()), who, run, verdict);
      case Signal.AppOrdered<W>(AppOrder order) -> ordered(order);
      case Signal.DynoOrdered<W>(DynoId dyno, DynoOrder.ChooseHost(int generation)) ->
          choose(of(dyno), generation);
      case Signal.DynoOrdered<W>(
              DynoId dyno,
              DynoOrder.ReportRetired(var ending, var status, var at)) ->
          retire(dyno, ending, status, at);
      case Signal.Retired<W>(DynoId dyno) -> {
        giveBack(of(dyno));
        of(dyno).forgetPlace();
        must.add(new Step.Forget<>(dyno));
      }
      case Signal.DynoChanged<W>(DynoId dyno) -> changed(of(dyno));
      case Signal.Placed<W>(DynoId dyno) -> of(dyno).told = false;
      case Signal.Unborn<W>(DynoId dyno, Failure why) -> unborn(of(dyno), why);
      case Signal.DynoEnded<W>(DynoId dyno) -> {
        of(dyno).told = false;
        isAlive(dyno);
      }
      case Signal.HostsSeen<W> seen -> {
        Hunt hunt = of(seen.dyno()).hunt;
        if (hunt != null) {
          hunt.seen(seen);
          next(of(seen.dyno()), hunt);
        }
      }
      case Signal.HostsUnknown<W>(DynoId dyno) -> unknown(of(dyno));
      case Signal.PlaceAnswered<W> answer -> answered(of(answer.dyno()), answer);
      case Signal.HostFound<W>(var dynos) -> {
        dynos.forEach(dyno -> must.add(new Step.Resume<>(dyno)));
        talks.values().forEach(this::again);
      }
      case Signal.HostLost<W>(HostId host, var dynos) ->
          dynos.forEach(
              dyno -> {
                if (state(dyno) instanceof Live live) {
                  String why = "Host " + host + " was lost";
                  var lost = new DynoCommand.ReportLost(live.generation(), why);
                  must.add(new Step.Tell<>(dyno, lost));
                }
              });
      case Signal.HostHolds<W>(DynoId dyno, Optional<HostId> host, W from) ->
          must.add(
              isAlive(dyno) && !isElsewhere(dyno, host)
                  ? new Step.Resume<>(dyno)
                  : new Step.Dismiss<>(dyno, from));
      case Signal.Reported<W>(DynoId dyno, DynoCommand report, W from) ->
          must.add(
              isAlive(dyno) ? new Step.Pass<>(dyno, report, from) : new Step.Dismiss<>(dyno, from));
      case Signal.NameClaimed<W>(String name) -> {
        if (!app.name.equals(name) || (app.deleted && app.running.isEmpty())) {
          must.add(new Step.FreeName<>(name));
        }
      }
      case Signal.Due<W>(Wake.CountEnds(DynoId dyno)) -> counted(of(dyno), false);
      case Signal.Due<W>(Wake.PlaceAgain(DynoId dyno)) -> again(of(dyno));
      case Signal.Due<W>(Wake.LookAgain(DynoId dyno)) -> {
        Hunt hunt = of(dyno).hunt;
        if (hunt != null) {
          must.add(new Step.LookForHosts<>(dyno, hunt.bytes));
        }
      }
      case Signal.Due<W>(Wake.Silent silent) -> {
        Talk<W> talk = of(silent.dyno());
        Hunt hunt = talk.hunt;
        if (hunt != null && hunt.waitsFor(silent.host()) && hunt.turn == silent.turn()) {
          if (hunt.silent()) {
            nowhere(talk, hunt);
          } else {
            next(talk, hunt);
          }
        }
      }
      case Signal.Due<W>(Wake.OrderAgain()) -> orderAgain();
    }
  }

  private DynoState state(DynoId dyno) {
    return known.dyno(dyno).orElseGet(DynoState.Absent::new);
  }

  /** If it only sleeps, it is woken. */
  private boolean isAlive(DynoId dyno) {
    if (known.dyno(dyno).isPresent()) {
      return true;
    }
    AppPast.Granted granted = app.running.get(dyno);
    if (granted != null) {
      must.add(new Step.Launch<>(granted.spec()));
    }
    return granted != null;
  }

  private boolean isElsewhere(DynoId dyno, Optional<HostId> host) {
    return state(dyno) instanceof Live live
        && live.generation() > 1
        && host.isPresent()
        && live.host().isPresent()
        && !host.equals(live.host());
  }

  private void asked(Talk<W> talk, W who, RunDyno run) {
    if (talk.run != null) { // they are answered together
      talk.asking.add(who);
      return;
    }
    Saying says = AppAnswers.to(app, run, policy);
    talk.run = run;
    talk.asking.add(who);
    if (says.kinds().contains(AppEvent.DynoRequested.class)) {
      seek(talk);
    } else if (says.refused() == Reason.OVER_LIMIT) {
      talk.counts = true;
      must.add(new Step.Count<>(talk.dyno));
      must.add(new Step.Later<>(Duration.ofSeconds(1), new Wake.CountEnds(talk.dyno)));
    } else {
      decide(talk, run);
    }
  }

  private void counted(Talk<W> talk, boolean oneHasEnded) {
    if (talk.counts) {
      talk.counts = false;
      if (oneHasEnded) {
        seek(talk);
      } else {
        decide(talk, talk.asked());
      }
    }
  }

  private void seek(Talk<W> talk) {
    RunDyno run = talk.asked();
    if (talk.keeper != null) { // it was asked for before, and is decided now
      decide(talk, run);
    } else {
      hunt(talk, 1, new Requests(policy, app, run).size().bytes());
    }
  }

  private void hunt(Talk<W> talk, int generation, long bytes) {
    talk.hunt = new Hunt(generation, bytes);
    must.add(new Step.LookForHosts<>(talk.dyno, bytes));
  }

  private void decide(Talk<W> talk, AppCommand command) {
    talk.asking.forEach(who -> must.add(new Step.Decide<>(who, talk.asked(), command)));
    talk.deciding += talk.asking.size();
    talk.asking.clear();
    talk.run = null;
  }

  private void next(Talk<W> talk, Hunt hunt) {
    HostId host = hunt.next();
    if (host != null) {
      must.add(new Step.AskPlace<>(host, talk.dyno, hunt.generation, hunt.bytes));
      var silent = new Wake.Silent(talk.dyno, host, hunt.turn);
      must.add(new Step.Later<>(Duration.ofSeconds(1), silent));
    } else if (hunt.settled) {
      nowhere(talk, hunt);
    } else {
      must.add(new Step.Later<>(Duration.ofMillis(100), new Wake.LookAgain(talk.dyno)));
    }
  }

  private void nowhere(Talk<W> talk, Hunt hunt) {
    hunt.asked.forEach(host -> release(talk.dyno, host, hunt.generation));
    talk.hunt = null;
    if (talk.run == null) {
      later(talk, hunt);
    } else {
      decide(talk, new AppCommand.RunNowhere(talk.run, hunt.search.refusal()));
    }
  }

  private void later(Talk<W> talk, Hunt hunt) {
    talk.wanted = hunt.generation;
    must.add(new Step.Later<>(Duration.ofSeconds(1), new Wake.PlaceAgain(talk.dyno)));
  }

  private void release(DynoId dyno, HostId host, int generation) {
    must.add(new Step.ReleasePlace<>(host, dyno, generation));
  }

  private void unknown(Talk<W> talk) {
    Hunt hunt = talk.hunt;
    if (hunt == null) {
      return;
    }
    talk.hunt = null;
    if (talk.run == null) {
      later(talk, hunt);
    } else {
      fail(talk.asking, Failure.broken());
      talk.asking.clear();
      talk.run = null;
    }
  }

  private void answered(Talk<W> talk, Signal.PlaceAnswered<W> answer) {
    Hunt hunt = talk.hunt;
    HostId host = answer.view().id();
    if (hunt == null) {
      return;
    }
    if (answer.kept()) {
      hunt.asked.stream()
          .filter(other -> !other.equals(host))
          .forEach(other -> release(talk.dyno, other, hunt.generation));
      talk.hunt = null;
      talk.keeper = answer.view();
      talk.kept = hunt;
      if (talk.run == null) {
        place(talk);
      } else {
        decide(talk, talk.run);
      }
    } else if (hunt.waitsFor(host)) {
      hunt.search = hunt.search.refused(answer.view(), answer.draining());
      next(talk, hunt);
    }
  }

  private void place(Talk<W> talk) {
    AppPast.Granted granted = app.running.get(talk.dyno);
    if (granted == null || talk.keeper == null || talk.kept == null) {
      giveBack(talk);
      return;
    }
    HostId host = talk.keeper.id();
    var grounds = Optional.of(talk.kept.search.grounds(talk.keeper));
    talk.keeper = null;
    talk.told = true;
    must.add(
        new Step.Place<>(
            talk.dyno,
            talk.kept.generation > 1
                ? new DynoCommand.Place("dynode", host, grounds)
                : new DynoCommand.Create(granted.by(), granted.spec(), host, grounds)));
  }

  private void giveBack(Talk<W> talk) {
    if (talk.keeper != null && talk.kept != null) {
      release(talk.dyno, talk.keeper.id(), talk.kept.generation);
      talk.keeper = null;
    }
  }

  private void decided(Talk<W> talk, W who, RunDyno run, Verdict verdict) {
    talk.deciding--;
    DynoId granted = verdict instanceof Verdict.Granted(DynoId dyno) ? dyno : null;
    if (granted != null) {
      same("granted", granted, known(run));
    }
    boolean unborn =
        granted != null && app.runs(granted) && state(granted) instanceof DynoState.Absent;
    if (!unborn || !talk.dyno.equals(granted)) {
      giveBack(talk);
    }
    if (granted != null && unborn) {
      of(granted).unborn.add(who);
    } else {
      must.add(new Step.Answer<>(who, verdict));
    }
    if (talk.keeper != null && talk.deciding == 0) {
      throw new Broken("a place is kept in vain for dyno " + talk.dyno);
    }
  }

  /** The same request was granted this one, now or before. */
  private DynoId known(RunDyno run) {
    AppPast.Granted before = run.idempotencyKey().map(app::ofKey).orElse(null);
    return before == null || app.runs(run.id()) ? run.id() : before.spec().id();
  }

  private void ordered(AppOrder order) {
    switch (order) {
      case AppOrder.LaunchDyno(_, var spec) -> {
        if (state(spec.id()) instanceof DynoState.Retired over) {
          retire(spec.id(), over.ending(), over.status(), over.endedAt());
        } else {
          isAlive(spec.id());
        }
      }
      case AppOrder.StopDyno(String by, DynoId dyno, var cause) -> {
        if (known.dyno(dyno).isPresent()) {
          must.add(new Step.Tell<>(dyno, new DynoCommand.Stop(by, cause)));
        }
      }
      case AppOrder.Dismantle(String name) -> {
        must.add(new Step.FreeName<>(name));
        must.add(new Step.CarryOut<>(order));
      }
      case AppOrder.RemoveSlugs _, AppOrder.WriteLog _ -> must.add(new Step.CarryOut<>(order));
    }
  }

  private void retire(DynoId dyno, Ending ending, Optional<Integer> status, Instant at) {
    must.add(new Step.Retire<>(new AppCommand.RetireDyno("dynode", dyno, ending, status, at)));
  }

  private void choose(Talk<W> talk, int generation) {
    AppPast.Granted granted = app.running.get(talk.dyno);
    if (granted == null || talk.told) {
      return;
    }
    if (talk.hunt != null) {
      if (talk.run != null) { // whose end it would not hear of
        throw new Broken("dyno " + talk.dyno + " was granted, and is hunted for others");
      }
    } else if (talk.keeper != null) {
      place(talk);
    } else {
      talk.wanted = 0;
      hunt(talk, generation, Published.known(granted.spec().size()).bytes());
    }
  }

  /** There was no place before. */
  private void again(Talk<W> talk) {
    if (talk.wanted > 0) {
      int generation = talk.wanted;
      talk.wanted = 0;
      choose(talk, generation);
    }
  }

  private void changed(Talk<W> talk) {
    if (!(state(talk.dyno) instanceof DynoState.Absent)) {
      talk.failed = false;
      talk.unborn.forEach(who -> must.add(new Step.Answer<>(who, new Verdict.Granted(talk.dyno))));
      talk.unborn.clear();
    }
  }

  private void unborn(Talk<W> talk, Failure why) {
    talk.told = false;
    if (talk.failed) {
      String words = "The dyno was granted, but cannot be started yet: " + why.message();
      fail(talk.unborn, Failure.mayBeDone(words));
      talk.unborn.clear();
    }
    talk.failed = true;
  }

  private void fail(List<W> waiting, Failure why) {
    waiting.forEach(who -> must.add(new Step.Answer<>(who, new Verdict.Failed(why))));
  }

  /** Whose host was to do something at the last look, and has not. */
  private void orderAgain() {
    var waits = new HashMap<DynoId, DynoState>();
    app.running
        .keySet()
        .forEach(
            dyno -> {
              if (state(dyno) instanceof Live live && live.awaitsHost()) {
                waits.put(dyno, live);
                if (live.equals(waited.get(dyno))) {
                  must.add(new Step.Resume<>(dyno));
                }
              }
            });
    waited = waits;
    must.add(new Step.Later<>(Duration.ofSeconds(10), new Wake.OrderAgain()));
  }
}
