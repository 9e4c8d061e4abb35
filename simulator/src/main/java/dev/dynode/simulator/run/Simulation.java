package dev.dynode.simulator.run;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.load.Requests;
import dev.dynode.simulator.load.Source;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.Scenario.WhenFull;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.time.VirtualClock;
import dev.dynode.simulator.world.Network;
import dev.dynode.simulator.world.Party;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A control plane, its hosts and its users in virtual time, driven by the deciders of production:
 * the actors' loop (decide, journal, evolve, react) over an {@link EventQueue}. The same scenario
 * gives the same history. For one thread.
 */
public final class Simulation {
  private static final String USER = "user@example.com";

  private record Waiting(SimApp app, Request request) {}

  private final Scenario scenario;
  private final SimObserver journal;
  private final EventQueue queue = new EventQueue();
  private final List<SimApp> apps = new ArrayList<>();
  private final Control control;
  private final SimCluster fleet;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Runnable> soon = new ArrayDeque<>();

  /** A scenario under the rules of production. */
  public Simulation(Scenario scenario, SimObserver journal) {
    this(
        scenario,
        journal,
        new AppDecider(scenario.policy()),
        new DynoDecider(),
        (_, _, atOnce) -> atOnce,
        true);
  }

  /** What is between the control plane and a host. */
  @FunctionalInterface
  public interface Networks {
    /**
     * @param host its number, from 0
     * @param atOnce delivers at this very instant
     */
    Network to(int host, EventQueue queue, Network atOnce);
  }

  /** A scenario under other rules, or on another network. */
  public Simulation(
      Scenario scenario,
      SimObserver journal,
      Decider<AppCommand, AppEvent, AppState, AppOrder> appRules,
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dynoRules,
      Networks networks) {
    this(scenario, journal, appRules, dynoRules, networks, false);
  }

  private Simulation(
      Scenario scenario,
      SimObserver journal,
      Decider<AppCommand, AppEvent, AppState, AppOrder> appRules,
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dynoRules,
      Networks networks,
      boolean exact) {
    this.scenario = scenario;
    this.journal = journal;
    var dice = new Dice(scenario.seed());
    control =
        new Control(
            new VirtualClock(scenario.start()),
            appRules,
            dynoRules,
            scenario.hosts().placement(),
            journal,
            queue,
            soon,
            this::happened,
            this::restart);
    fleet =
        new SimCluster(
            scenario.hosts(),
            queue,
            scenario.start(),
            dice.fork(),
            host -> networks.to(host, queue, soon::add),
            exact,
            (host, dyno, report) ->
                control.conduct(dyno, new Signal.Reported<>(dyno.id, report, host)),
            host -> {
              control.lost(apps, host.id);
              settle();
            },
            this::ask);
    control.over(fleet);
    for (AppPlan plan : scenario.apps()) {
      for (int copy = 1; copy <= plan.copies(); copy++) {
        create(plan, plan.copies() == 1 ? plan.name() : plan.name() + "-" + copy, dice.fork());
      }
    }
    settle();
  }

  private void create(AppPlan plan, String name, Dice dice) {
    var app = new SimApp(apps.size(), plan.name(), name, control.noApp());
    apps.add(app);
    control.add(app);
    control.decide(
        app,
        new AppCommand.CreateApp(
            USER,
            new AppId(dice.uuid()),
            new ReleaseId(dice.uuid()),
            name,
            plan.tier(),
            "local",
            "host"));
    Duration idleAfter = scenario.policy().dynoPolicy(plan.tier()).idleAfter();
    for (Source source : plan.sources()) {
      Requests requests = source.from(scenario.start(), scenario.zone(), dice.fork(), idleAfter);
      await(app, requests, dice.fork());
    }
  }

  private void await(SimApp app, Requests requests, Dice dice) {
    Request next = requests.next();
    if (next != null && next.at() < scenario.length().toNanos()) {
      queue.at(
          next.at(),
          () -> {
            request(app, next, dice);
            await(app, requests, dice);
          });
    }
  }

  /**
   * Runs on.
   *
   * @param until nanoseconds from the start
   */
  public void run(long until) {
    while (queue.step(until)) {
      settle();
    }
  }

  /** Delivers what is due at this very instant. */
  private void settle() {
    for (Runnable delivery = soon.poll(); delivery != null; delivery = soon.poll()) {
      delivery.run();
    }
  }

  private void request(SimApp app, Request request, Dice dice) {
    if (scenario.hosts().whenFull() == WhenFull.WAIT
        && (!waiting.isEmpty() || !fleet.hasRoom(bytes(app, request)))) {
      waiting.add(new Waiting(app, request));
      journal.waiting(waiting.size(), queue.now());
    } else {
      ask(app, request, dice, _ -> {});
    }
  }

  /** Somebody asks for a dyno. */
  public void ask(SimApp app, Request request, Dice dice, Consumer<SimDyno> granted) {
    ask(app, request, dice, run -> run, granted);
  }

  /**
   * Somebody asks for a dyno.
   *
   * @param asked how somebody else might have asked for it
   * @param granted told when that is granted
   */
  public SimDyno ask(
      SimApp app,
      Request request,
      Dice dice,
      UnaryOperator<RunDyno> asked,
      Consumer<SimDyno> granted) {
    var id = new DynoId(dice.uuid());
    var run =
        new RunDyno(
            USER,
            id,
            dice.below(Integer.MAX_VALUE),
            request.command(),
            "run",
            request.size(),
            request.attach(),
            true,
            Map.of(),
            request.timeToLive(),
            Optional.empty());
    var dyno = new SimDyno(id, app, request, control.noDyno(), granted);
    again(dyno, asked.apply(run));
    return dyno;
  }

  /** An app's conductor hears what may come late or twice. */
  public void hear(SimApp app, Signal<Party> signal) {
    control.conduct(app, signal);
    settle();
  }

  /** What carried a dyno's decider in memory has ended by itself. */
  public void ended(SimDyno dyno) {
    control.ended(dyno);
    settle();
  }

  /** Somebody asks for the same dyno once more. */
  public void again(SimDyno dyno, RunDyno run) {
    control.ask(dyno, run);
  }

  /** Hosts have room again: those who wait come in, in order. */
  private void admit() {
    if (!waiting.isEmpty()
        && fleet.hasRoom(bytes(waiting.element().app(), waiting.element().request()))) {
      Waiting next = waiting.remove();
      journal.waiting(waiting.size(), queue.now());
      ask(next.app(), next.request(), fleet.dice(), _ -> {});
      soon.add(this::admit); // once the place is taken
    }
  }

  /** Tells an app; whether it accepts, and the journal too. */
  public boolean tell(SimApp app, AppCommand command) {
    return control.decide(app, command) instanceof Decision.Accepted<AppEvent>;
  }

  public void tell(SimDyno dyno, DynoCommand command) {
    control.tell(dyno, command);
  }

  /** Its client comes, somebody stops it. */
  private void expect(SimDyno dyno) {
    Behaviour behaviour = dyno.request.behaviour();
    if (dyno.request.attach() && behaviour.attachesAfter() != Behaviour.NEVER) {
      queue.in(
          behaviour.attachesAfter(), () -> tell(dyno, new DynoCommand.Attach(USER, "192.0.2.1")));
    }
    if (behaviour.stoppedAfter() != Behaviour.NEVER) {
      queue.in(
          behaviour.stoppedAfter(), () -> tell(dyno, new DynoCommand.Stop(USER, StopCause.USER)));
    }
  }

  /** What happens in the world because of an event. */
  private void happened(SimDyno dyno, DynoEvent event) {
    if (event instanceof DynoEvent.Placed) {
      expect(dyno);
    } else if (event instanceof DynoEvent.Retired && !waiting.isEmpty()) {
      soon.add(() -> soon.add(this::admit)); // once its host knows
    }
    if (!(event instanceof DynoEvent.ClientAttached)
        || !(dyno.state instanceof DynoState.Live live)) {
      return;
    }
    Behaviour behaviour = dyno.request.behaviour();
    int generation = live.generation();
    if (behaviour.leavesAfter() != Behaviour.NEVER) {
      queue.in(
          behaviour.leavesAfter(), () -> report(dyno, new DynoCommand.ReportDetached(generation)));
    }
    if (behaviour.idlesAfter() != Behaviour.NEVER) {
      Instant last = event.at().plusNanos(behaviour.idlesAfter());
      queue.in(
          behaviour.idlesAfter() + live.spec().policy().idleAfter().toNanos(),
          () -> report(dyno, new DynoCommand.ReportIdle(generation, last)));
    }
  }

  /** Its host has noticed something. */
  private void report(SimDyno dyno, DynoCommand command) {
    SimHost host = dyno.host();
    if (host != null && host.up()) {
      host.network().send(() -> tell(dyno, command));
    }
  }

  /** The control plane is killed and starts again: only what was journaled is left. */
  public void restart() {
    soon.clear();
    apps.forEach(control::restart);
    settle();
  }

  /** A host is there again: what became of its dynos? */
  public void ask(SimHost host) {
    control.found(apps, host);
    if (!waiting.isEmpty()) {
      soon.add(this::admit);
    }
    settle();
  }

  /** The control plane's clock is set, forward or back. */
  public void setClock(long nanos) {
    control.setClock(nanos);
  }

  private static long bytes(SimApp app, Request request) {
    return app.state instanceof App known ? AppDecider.promised(known, request.size()) : 0;
  }

  public EventQueue queue() {
    return queue;
  }

  public SimCluster fleet() {
    return fleet;
  }

  public List<SimApp> apps() {
    return Collections.unmodifiableList(apps);
  }

  /** Dynos whose app has not recorded their end. */
  public Collection<SimDyno> dynos() {
    return Collections.unmodifiableCollection(control.dynos().values());
  }
}
