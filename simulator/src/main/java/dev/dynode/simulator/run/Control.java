package dev.dynode.simulator.run;

import static java.util.Objects.requireNonNull;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.conductor.Conductor;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.time.VirtualClock;
import dev.dynode.simulator.world.Party;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The control plane in virtual time: what actors do around the rules (decide, journal, evolve,
 * react), and what they do for the conductor of each app.
 */
final class Control {
  /** Until an actor whose write failed starts again. */
  private static final long BACK_OFF = 1_000_000_000L;

  /** Until a control plane that has started again has heard of all hosts. */
  private static final long SETTLES = 1_000_000_000L;

  private final VirtualClock clock;
  private final Decider<AppCommand, AppEvent, AppState, AppOrder> appRules;
  private final Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dynoRules;
  private final Placement placement;
  private final SimObserver journal;
  private final EventQueue queue;
  private final Deque<Runnable> soon;
  private final BiConsumer<SimDyno, DynoEvent> happened;
  private final Runnable restart;
  private final Map<DynoId, SimDyno> dynos = new LinkedHashMap<>();
  private final List<Conductor.Known> known = new ArrayList<>();
  private final Carrier carrier;
  private final List<Conductor<Party>> conductors = new ArrayList<>();
  private @Nullable SimCluster fleet;
  private @Nullable SimDyno found;
  private long ahead;

  /** Killed, and not started again yet. */
  private boolean dead;

  /**
   * @param soon what is done at this very instant, after what is being done
   * @param happened told of each event of a dyno, before its orders
   * @param restart starts the control plane again, after what is being done
   */
  Control(
      VirtualClock clock,
      Decider<AppCommand, AppEvent, AppState, AppOrder> appRules,
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dynoRules,
      Placement placement,
      SimObserver journal,
      EventQueue queue,
      Deque<Runnable> soon,
      BiConsumer<SimDyno, DynoEvent> happened,
      Runnable restart) {
    this.clock = clock;
    this.appRules = new AskedTwice<>(appRules);
    this.dynoRules = dynoRules;
    this.placement = placement;
    this.journal = journal;
    this.queue = queue;
    this.soon = soon;
    this.happened = happened;
    this.restart = restart;
    carrier = new Carrier(this, journal, queue, soon);
  }

  /** Where dynos can run; before anything is asked for. */
  void over(SimCluster hosts) {
    fleet = hosts;
  }

  SimCluster fleet() {
    return requireNonNull(fleet);
  }

  Instant clock() {
    return clock.at(queue.now() + ahead);
  }

  /** The clock is set, forward or back. */
  void setClock(long nanos) {
    ahead += nanos;
  }

  Map<DynoId, SimDyno> dynos() {
    return dynos;
  }

  AppState noApp() {
    return appRules.initial();
  }

  DynoState noDyno() {
    return dynoRules.initial();
  }

  void add(SimApp app) {
    known.add(
        new Conductor.Known() {
          @Override
          public AppState app() {
            return app.state;
          }

          @Override
          public Optional<DynoState> dyno(DynoId id) {
            SimDyno dyno = find(id);
            return dyno == null || !dyno.launched ? Optional.empty() : Optional.of(dyno.state);
          }
        });
    conductors.add(conductor(app));
  }

  private Conductor<Party> conductor(SimApp app) {
    return new Conductor<>(appRules, placement, known.get(app.index));
  }

  /** Mostly the same one is looked for several times. */
  @Nullable SimDyno find(DynoId id) {
    if (found == null || !found.id.equals(id)) {
      found = dynos.get(id);
    }
    return found;
  }

  void know(SimDyno dyno) {
    dynos.putIfAbsent(dyno.id, dyno);
    dyno.known = true;
  }

  void forget(SimDyno dyno) {
    dynos.remove(dyno.id);
    dyno.known = false;
    found = null;
  }

  void ask(SimDyno dyno, RunDyno run) {
    know(dyno);
    conduct(dyno, new Signal.RunAsked<>(dyno, run));
  }

  /** Something about a dyno, which need not be looked for. */
  void conduct(SimDyno dyno, Signal<Party> signal) {
    if (dyno.known) {
      found = dyno;
    }
    conduct(dyno.app, signal);
  }

  void conduct(SimApp app, Signal<Party> signal) {
    if (dead) {
      return;
    }
    List<Step<Party>> steps = conductors.get(app.index).on(signal, clock());
    journal.heard(app, known.get(app.index), signal, steps);
    for (Step<Party> step : steps) {
      if (dead) {
        return;
      }
      carrier.carryOut(app, step);
    }
  }

  void with(DynoId id, Consumer<SimDyno> what) {
    SimDyno dyno = find(id);
    if (dyno != null) {
      what.accept(dyno);
    }
  }

  /** What carried a dyno's decider has ended, and nobody has killed the node. */
  void ended(SimDyno dyno) {
    if (dyno.launched) {
      dyno.disarmAll();
      dyno.launched = false;
      conduct(dyno.app, new Signal.DynoEnded<>(dyno.id));
    }
  }

  /** Nothing comes of it if the app's node is killed before. */
  EventQueue.Entry inThisLife(SimApp app, long after, Runnable task) {
    int life = app.life;
    return queue.in(
        after,
        () -> {
          if (app.life == life) {
            task.run();
          }
        });
  }

  /** Tells an app; none if the journal failed. */
  @Nullable Decision<AppEvent> decide(SimApp app, AppCommand command) {
    if (dead) {
      return null;
    }
    Decision<AppEvent> decision = appRules.decide(app.state, command, clock());
    List<AppEvent> events = decision.events();
    if (events.isEmpty()) {
      return decision;
    }
    if (!journal.write(app, events)) {
      inThisLife(app, BACK_OFF, () -> resume(app));
      return null;
    }
    var orders = new ArrayList<AppOrder>();
    for (AppEvent event : events) {
      app.state = appRules.evolve(app.state, event);
      journal.app(app, event, app.state, queue.now());
      if (event instanceof AppEvent.DynoRequested(_, _, DynoSpec spec, _, _)) {
        with(spec.id(), dyno -> dyno.granted.accept(dyno));
      }
      orders.addAll(appRules.react(event, app.state));
    }
    if (killed()) {
      return null;
    }
    for (AppOrder order : orders) {
      if (!(order instanceof AppOrder.WriteLog)) { // nobody reads it
        conduct(app, new Signal.AppOrdered<>(order));
      }
    }
    return decision;
  }

  private void resume(SimApp app) {
    appRules
        .resume(app.state, clock())
        .forEach(order -> conduct(app, new Signal.AppOrdered<>(order)));
  }

  /** Until it is journaled. */
  void insist(SimDyno dyno, DynoCommand command) {
    if (!tell(dyno, command)) {
      inThisLife(dyno.app, BACK_OFF, () -> insist(dyno, command));
    }
  }

  /** Tells a dyno; false if the journal failed. */
  boolean tell(SimDyno dyno, DynoCommand command) {
    if (dead) {
      return true;
    }
    List<DynoEvent> events = dynoRules.decide(dyno.state, command, clock()).events();
    if (events.isEmpty()) {
      return true;
    }
    if (!journal.write(dyno, events)) {
      inThisLife(dyno.app, BACK_OFF, () -> resume(dyno));
      return false;
    }
    var orders = new ArrayList<DynoOrder>();
    for (DynoEvent event : events) {
      dyno.state = dynoRules.evolve(dyno.state, event);
      journal.dyno(dyno, event, dyno.state, queue.now());
      happened.accept(dyno, event);
      orders.addAll(dynoRules.react(event, dyno.state));
    }
    if (!killed()) {
      conduct(dyno, new Signal.DynoChanged<>(dyno.id));
      orders.forEach(order -> carry(dyno, order));
    }
    return true;
  }

  private boolean killed() {
    if (!dead && journal.killed()) {
      dead = true;
      soon.add(restart);
    }
    return dead;
  }

  void resume(SimDyno dyno) {
    dynoRules.resume(dyno.state, clock()).forEach(order -> carry(dyno, order));
  }

  private void carry(SimDyno dyno, DynoOrder order) {
    if (dead) {
      return;
    }
    journal.order(dyno, order);
    switch (order) {
      case DynoOrder.ArmTimer(DynoTimer timer, Instant at) -> arm(dyno, timer, at);
      case DynoOrder.DisarmTimer(DynoTimer timer) -> dyno.disarm(timer);
      case DynoOrder.WriteLog _ -> {}
      case DynoOrder.ForApp forApp -> conduct(dyno, new Signal.DynoOrdered<>(dyno.id, forApp));
      case DynoOrder.ForHost forHost -> {
        SimHost host = fleet().host(forHost.host(), dyno);
        carrier.look(dyno.app);
        DynoSpec spec = dyno.spec();
        host.network().send(() -> host.carry(dyno, spec, forHost));
      }
    }
  }

  private void arm(SimDyno dyno, DynoTimer timer, Instant at) {
    long due = clock.nanos(at) - ahead;
    dyno.arm(
        timer,
        queue.at(
            due,
            () -> {
              if (clock().isBefore(at)) { // the clock was set back
                arm(dyno, timer, at);
              } else {
                tell(dyno, new DynoCommand.TimerDue(timer));
              }
            }));
  }

  /** A host is gone. */
  void lost(List<SimApp> apps, HostId host) {
    Map<SimApp, List<DynoId>> on = on(host);
    for (SimApp app : apps) {
      conduct(app, new Signal.HostLost<>(host, on.getOrDefault(app, List.of())));
    }
  }

  /** A host is there again, and tells what it has. */
  void found(List<SimApp> apps, SimHost host) {
    Map<SimApp, List<DynoId>> on = on(host.id);
    for (SimApp app : apps) {
      conduct(app, new Signal.HostFound<>(on.getOrDefault(app, List.of())));
    }
    for (SimDyno dyno : List.copyOf(host.dynos())) {
      holds(dyno, host);
    }
  }

  private void holds(SimDyno dyno, SimHost host) {
    var holds = new Signal.HostHolds<Party>(dyno.id, Optional.of(host.id), host);
    host.network().send(() -> conduct(dyno, holds));
  }

  private Map<SimApp, List<DynoId>> on(HostId host) {
    var on = new HashMap<SimApp, List<DynoId>>();
    for (SimDyno dyno : dynos.values()) {
      if (dyno.launched
          && dyno.state instanceof DynoState.Live live
          && live.host().equals(Optional.of(host))) {
        on.computeIfAbsent(dyno.app, _ -> new ArrayList<>()).add(dyno.id);
      }
    }
    return on;
  }

  /** The node of an app is killed, and starts again: only what was journaled is left. */
  void restart(SimApp app) {
    dead = false;
    app.life++;
    app.looks = false;
    app.settles = fleet().exact() ? 0 : queue.now() + SETTLES;
    conductors.set(app.index, conductor(app));
    for (SimDyno dyno : List.copyOf(dynos.values())) {
      if (dyno.app.equals(app)) {
        dyno.disarmAll();
        dyno.launched = false;
        dyno.owes = null; // its order may not have been given
        if (!(app.state instanceof App now && now.roster().containsKey(dyno.id))) {
          forget(dyno);
        }
      }
    }
    found = null;
    resume(app);
    for (int i = 0; i < fleet().size(); i++) {
      SimHost host = fleet().host(i);
      host.dynos().stream()
          .filter(dyno -> dyno.app.equals(app))
          .toList()
          .forEach(dyno -> holds(dyno, host));
    }
  }
}
