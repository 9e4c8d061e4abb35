package dev.dynode.simulator.run;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.app.DynoSize;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.HostView;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.load.Requests;
import dev.dynode.simulator.load.Source;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.Scenario.WhenFull;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.world.Network;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A control plane, its hosts and its users in virtual time, driven by the deciders of production:
 * the actors' loop (decide, journal, evolve, react) over an {@link EventQueue}. The same scenario
 * gives the same history. For one thread.
 */
public final class Simulation {
  private static final String USER = "user@example.com";

  /** Until an actor whose write failed starts again. */
  private static final long BACK_OFF = 1_000_000_000L;

  private record Waiting(SimApp app, Request request) {}

  private final Scenario scenario;
  private final Decider<AppCommand, AppEvent, AppState, AppOrder> appRules;
  private final Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dynoRules;
  private final Journal journal;
  private final EventQueue queue = new EventQueue();
  private final List<SimApp> apps = new ArrayList<>();
  private final Map<DynoId, SimDyno> dynos = new LinkedHashMap<>();
  private final Fleet fleet;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Runnable> soon = new ArrayDeque<>();
  private long ahead;

  /** A scenario under the rules of production. */
  public Simulation(Scenario scenario, Journal journal) {
    this(
        scenario,
        journal,
        new AppDecider(scenario.policy()),
        new DynoDecider(),
        (_, _, atOnce) -> atOnce);
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
      Journal journal,
      Decider<AppCommand, AppEvent, AppState, AppOrder> appRules,
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dynoRules,
      Networks networks) {
    this.scenario = scenario;
    this.journal = journal;
    this.appRules = appRules;
    this.dynoRules = dynoRules;
    var dice = new Dice(scenario.seed());
    fleet =
        new Fleet(
            scenario.hosts(),
            queue,
            dice.fork(),
            host -> networks.to(host, queue, soon::add),
            this::tell,
            this::lost);
    for (AppPlan plan : scenario.apps()) {
      for (int copy = 1; copy <= plan.copies(); copy++) {
        create(plan, plan.copies() == 1 ? plan.name() : plan.name() + "-" + copy, dice.fork());
      }
    }
    settle();
  }

  private void create(AppPlan plan, String name, Dice dice) {
    var app = new SimApp(apps.size(), plan.name(), name, appRules.initial());
    apps.add(app);
    tell(
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

  private Instant clock() {
    return scenario.start().plusNanos(queue.now() + ahead);
  }

  private void request(SimApp app, Request request, Dice dice) {
    if (scenario.hosts().whenFull() == WhenFull.WAIT
        && (!waiting.isEmpty() || fleet.choose(bytes(app, request)).isEmpty())) {
      waiting.add(new Waiting(app, request));
      journal.waiting(waiting.size(), queue.now());
    } else {
      ask(app, request, dice);
    }
  }

  /** A dyno is asked for; it is there if it was granted. */
  public Optional<SimDyno> ask(SimApp app, Request request, Dice dice) {
    var id = new DynoId(dice.uuid());
    var run =
        new AppCommand.RunDyno(
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
    var dyno = new SimDyno(id, app, request, dynoRules.initial());
    dynos.put(id, dyno);
    long bytes = bytes(app, request);
    if (tell(
        app,
        fleet.reserve(dyno, bytes, clock()).isPresent()
            ? run
            : new AppCommand.RunNowhere(run, fleet.refusal(bytes)))) {
      return Optional.of(dyno);
    }
    fleet.release(dyno);
    dynos.remove(id);
    return Optional.empty();
  }

  /** Hosts have room again: those who wait come in, in order. */
  private void admit() {
    while (!waiting.isEmpty()
        && fleet.choose(bytes(waiting.element().app(), waiting.element().request())).isPresent()) {
      Waiting next = waiting.remove();
      journal.waiting(waiting.size(), queue.now());
      ask(next.app(), next.request(), fleet.dice());
    }
  }

  /** Tells an app; whether it accepts and the journal too. */
  public boolean tell(SimApp app, AppCommand command) {
    Decision<AppEvent> decision = appRules.decide(app.state, command, clock());
    List<AppEvent> events = decision.events();
    if (!events.isEmpty()) {
      if (!journal.write(app, events)) {
        queue.in(BACK_OFF, () -> appRules.resume(app.state, clock()).forEach(this::carry));
        return false;
      }
      for (AppEvent event : events) {
        app.state = appRules.evolve(app.state, event);
        journal.app(app, event, app.state, queue.now());
        appRules.react(event, app.state).forEach(this::carry);
      }
    }
    return decision instanceof Decision.Accepted<AppEvent>;
  }

  public void tell(SimDyno dyno, DynoCommand command) {
    List<DynoEvent> events = dynoRules.decide(dyno.state, command, clock()).events();
    if (events.isEmpty()) {
      return;
    }
    if (!journal.write(dyno, events)) {
      queue.in(
          BACK_OFF,
          () -> {
            resume(dyno);
            if (dyno.state instanceof DynoState.Absent
                && dyno.app.state instanceof App app
                && app.roster().containsKey(dyno.id)) {
              Requested asked = app.roster().get(dyno.id);
              launch(asked.by(), asked.spec());
            }
          });
      return;
    }
    for (DynoEvent event : events) {
      dyno.state = dynoRules.evolve(dyno.state, event);
      journal.dyno(dyno, event, dyno.state, queue.now());
      happened(dyno, event);
      dynoRules.react(event, dyno.state).forEach(order -> carry(dyno, order));
    }
  }

  private void carry(AppOrder order) {
    switch (order) {
      case AppOrder.LaunchDyno(String by, DynoSpec spec) -> launch(by, spec);
      case AppOrder.StopDyno(String by, DynoId id, var cause) -> {
        SimDyno dyno = dynos.get(id);
        if (dyno != null) {
          soon.add(() -> tell(dyno, new DynoCommand.Stop(by, cause)));
        }
      }
      case AppOrder.WriteLog _, AppOrder.Dismantle _, AppOrder.RemoveSlugs _ -> {}
    }
  }

  private void launch(String by, DynoSpec spec) {
    SimDyno dyno = dynos.get(spec.id());
    if (dyno == null) {
      return;
    }
    if (dyno.state instanceof DynoState.Retired) {
      resume(dyno);
    } else if (dyno.state instanceof DynoState.Absent) {
      SimHost host = dyno.kept;
      if (host == null || !host.up()) {
        fleet.release(dyno);
        host = fleet.reserve(dyno, DynoSize.of(spec).memoryBytes(), clock()).orElse(null);
      }
      if (host == null) { // it was granted: until there is one
        queue.in(BACK_OFF, () -> launch(by, spec));
        return;
      }
      HostView seen = host.view();
      var grounds =
          new Grounds(
              fleet.size(),
              seen.dynos() - 1,
              seen.capacity(),
              Optional.of(fleet.placement()),
              Optional.empty());
      tell(dyno, new DynoCommand.Create(by, spec, seen.id(), Optional.of(grounds)));
    }
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
    if (event instanceof DynoEvent.Placed placed) {
      fleet.admit(fleet.host(placed.host()), dyno, DynoSize.of(specOf(dyno)).memoryBytes());
      expect(dyno);
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

  private void carry(SimDyno dyno, DynoOrder order) {
    journal.order(dyno, order);
    switch (order) {
      case DynoOrder.ArmTimer(DynoTimer timer, Instant at) -> arm(dyno, timer, at);
      case DynoOrder.DisarmTimer(DynoTimer timer) -> dyno.disarm(timer);
      case DynoOrder.WriteLog _ -> {}
      case DynoOrder.ReportRetired(var ending, var status, Instant at) ->
          soon.add(
              () -> {
                if (tell(
                    dyno.app,
                    new AppCommand.RetireDyno(DynoDecider.SYSTEM, dyno.id, ending, status, at))) {
                  dynos.remove(dyno.id);
                }
              });
      case DynoOrder.DiscardFiles discard -> {
        SimHost host = dyno.host();
        if (host != null) {
          fleet.release(host, dyno);
          host.network().send(() -> host.carry(dyno, specOf(dyno), discard));
          if (!waiting.isEmpty()) {
            soon.add(this::admit);
          }
        }
      }
      case DynoOrder.PrepareFiles _,
          DynoOrder.StartProcess _,
          DynoOrder.AskHost _,
          DynoOrder.SignalProcess _,
          DynoOrder.ResizeTerminal _,
          DynoOrder.CloseAttach _ -> {
        SimHost host = dyno.host();
        if (host != null) {
          host.network().send(() -> host.carry(dyno, specOf(dyno), order));
        }
      }
    }
  }

  private void arm(SimDyno dyno, DynoTimer timer, Instant at) {
    long due = Duration.between(scenario.start(), at).toNanos() - ahead;
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

  private void lost(Collection<SimDyno> missing) {
    for (SimDyno dyno : missing) {
      if (dyno.state instanceof DynoState.Live live) {
        tell(dyno, new DynoCommand.ReportLost(live.generation(), "The host failed."));
      }
    }
    settle();
  }

  /** The control plane is killed and starts again: only what was journaled is left. */
  public void restart() {
    soon.clear();
    for (SimApp app : apps) {
      appRules.resume(app.state, clock()).forEach(this::carry);
    }
    for (SimDyno dyno : List.copyOf(dynos.values())) {
      dyno.disarmAll();
      fleet.release(dyno); // nobody remembers it, and its time will pass
      resume(dyno);
    }
    settle();
  }

  /** A host is there again: what became of its dynos? */
  public void ask(SimHost host) {
    List.copyOf(host.dynos()).forEach(this::resume);
    settle();
  }

  /** The control plane's clock is set, forward or back. */
  public void setClock(long nanos) {
    ahead += nanos;
  }

  private void resume(SimDyno dyno) {
    dynoRules.resume(dyno.state, clock()).forEach(order -> carry(dyno, order));
  }

  private static long bytes(SimApp app, Request request) {
    return app.state instanceof App known ? AppDecider.promised(known, request.size()) : 0;
  }

  private static DynoSpec specOf(SimDyno dyno) {
    return switch (dyno.state) {
      case DynoState.Live live -> live.spec();
      case DynoState.Retired retired -> retired.spec();
      case DynoState.Absent _ -> throw new IllegalStateException("no dyno " + dyno.id);
    };
  }

  public EventQueue queue() {
    return queue;
  }

  public Fleet fleet() {
    return fleet;
  }

  public List<SimApp> apps() {
    return Collections.unmodifiableList(apps);
  }

  /** Dynos whose app has not recorded their end. */
  public Collection<SimDyno> dynos() {
    return Collections.unmodifiableCollection(dynos.values());
  }
}
