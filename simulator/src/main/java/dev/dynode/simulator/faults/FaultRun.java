package dev.dynode.simulator.faults;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.conductor.Conductor;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.DynoId;
import dev.dynode.simulator.rules.AppPast;
import dev.dynode.simulator.rules.Conducted;
import dev.dynode.simulator.rules.NamesTrial;
import dev.dynode.simulator.rules.PlacesTrial;
import dev.dynode.simulator.rules.Rooms;
import dev.dynode.simulator.rules.Rulebook;
import dev.dynode.simulator.rules.SearchTrial;
import dev.dynode.simulator.run.Invariants;
import dev.dynode.simulator.run.Invariants.Broken;
import dev.dynode.simulator.run.SimObserver;
import dev.dynode.simulator.run.Simulation;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.world.Network;
import dev.dynode.simulator.world.Party;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One plan, carried out under rules that may be right or wrong. */
final class FaultRun implements SimObserver {
  /** The rules a trial runs under. */
  record Rules(
      Decider<AppCommand, AppEvent, AppState, AppOrder> app,
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dyno) {
    static final Rules PRODUCTION = new Rules(new AppDecider(Plan.POLICY), new DynoDecider());
  }

  /** Events of a run that goes round in circles. */
  private static final int MOST_EVENTS = 100_000;

  /** After how many events a stray message comes, and how much later. */
  private static final double STRAYS = .1;

  private static final double SOON = 5e9;

  /** While what is asked for is on its way between actors and hosts. */
  private static final double MESSAGES = 1e7;

  /** By how much a timer is late after a failed write, at most. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Plan plan;
  private final List<FaultyNetwork> networks = new ArrayList<>();
  private final Invariants invariants;
  private final Rulebook rulebook;
  private final Users people;
  private final List<SimDyno> granted = new ArrayList<>();
  private final List<String> history;
  private final Map<Object, Integer> ends = new HashMap<>();
  private final Set<Class<?>> killedUpon = new HashSet<>();
  private final Dice writes;

  /** Each dyno's own, so that one that is left out does not change the others. */
  private final Map<DynoId, Dice> strays = new HashMap<>();

  private final Simulation simulation;
  private final EventQueue queue;
  private final boolean told;
  private final Rooms rooms;
  private long failUntil;
  private @Nullable Conducted<Party> conducted;
  private int life;
  private Runnable askAgain = () -> {};
  private boolean killed;
  private boolean changing;
  private int said;

  private FaultRun(Plan plan, Rules rules, boolean told, List<String> history) {
    this.plan = plan;
    this.history = history;
    this.told = told;
    invariants = new Invariants(Plan.POLICY, late(plan));
    rulebook = new Rulebook(Plan.POLICY);
    people = new Users();
    nothingYet(rules);
    rooms = new Rooms(Plan.DYNOS_OF_A_HOST, Plan.MEMORY_OF_A_HOST);
    var dice = new Dice(plan.seed());
    writes = dice.fork();
    Dice network = dice.fork();
    simulation =
        new Simulation(
            plan.scenario(),
            this,
            rulebook.app(rules.app()),
            rulebook.dyno(rules.dyno()),
            (_, queue, atOnce) -> network(queue, network.fork(), atOnce));
    queue = simulation.queue();
    for (Fault fault : plan.faults()) {
      queue.at(fault.at(), () -> happen(fault));
    }
  }

  /** What there is not can do nothing. */
  private static void nothingYet(Rules rules) {
    var before = new Rulebook(Plan.POLICY);
    before
        .app(rules.app())
        .decide(rules.app().initial(), new AppCommand.DeleteApp("nobody"), Instant.EPOCH);
    before
        .dyno(rules.dyno())
        .decide(rules.dyno().initial(), new DynoCommand.Attach("nobody", "nowhere"), Instant.EPOCH);
  }

  /** How late a timer may be: the clock was set back, or what it led to could not be written. */
  private static Duration late(Plan plan) {
    Duration late = LATE;
    for (Fault fault : plan.faults()) {
      if (fault instanceof Fault.WritesFail(_, long nanos)) {
        late = late.plusNanos(nanos);
      } else if (fault instanceof Fault.ClockSet(_, long nanos)) {
        late = late.plusNanos(Math.abs(nanos));
      }
    }
    return late;
  }

  private Network network(EventQueue queue, Dice dice, Network atOnce) {
    var network = new FaultyNetwork(queue, dice, atOnce);
    networks.add(network);
    return network;
  }

  /**
   * Carries a plan out.
   *
   * @param told whether to keep what happens
   * @throws Broken if an invariant does not hold
   */
  static FaultRun run(Plan plan, Rules rules, boolean told) {
    var history = new ArrayList<String>();
    try {
      var trial = new FaultRun(plan, rules, told, history);
      trial.run();
      return trial;
    } catch (Broken broken) {
      throw told ? new Told(broken, history) : broken;
    } catch (RuntimeException
        | AssertionError
        | StackOverflowError broken) { // a rule that is not total
      throw told ? new Told(broken, history) : new Broken(broken.toString());
    }
  }

  List<String> history() {
    return history;
  }

  /** All dynos that were granted. */
  List<SimDyno> granted() {
    return granted;
  }

  /** What was said beside the history, as one number. */
  int said() {
    return said;
  }

  private void run() {
    said = PlacesTrial.run(plan.seed());
    said = 31 * said + SearchTrial.run(plan.seed());
    said = 31 * said + NamesTrial.run(plan.seed());
    simulation.run(Plan.LENGTH.toNanos() / 2);
    if (conducted != null) {
      conducted.nobodyAsks();
    }
    for (FaultyNetwork network : networks) { // all that was lost is asked for again
      network.forget();
    }
    simulation.restart();
    simulation.run(Plan.LENGTH.toNanos());
    if (!(simulation.apps().getFirst().state instanceof App app)) {
      throw new Broken("the app is gone");
    }
    if (conducted != null) {
      conducted.over();
    }
    if (!app.roster().isEmpty()) {
      throw new Broken("never freed: " + app.roster().keySet());
    }
    for (SimDyno dyno : granted) {
      if (!(dyno.state instanceof DynoState.Retired)) {
        throw new Broken("never ended: " + dyno.id);
      }
      if (dyno.running()) {
        throw new Broken("still runs after its end: " + dyno.id);
      }
    }
    for (int i = 0; i < Plan.HOSTS; i++) {
      if (!simulation.fleet().host(i).dynos().isEmpty()) {
        throw new Broken("still takes room: " + simulation.fleet().host(i).dynos());
      }
    }
    ends.forEach(
        (dyno, times) -> {
          if (times != 1) {
            throw new Broken("dyno " + dyno + " ended " + times + " times");
          }
        });
  }

  private void happen(Fault fault) {
    if (told && !(fault instanceof Fault.Ask)) {
      tell(fault);
    }
    switch (fault) {
      case Fault.Ask ask -> ask(ask);
      case Fault.Change(_, long seed) -> {
        AppPast app = rulebook.app();
        if (app != null) {
          changing = true;
          for (AppCommand command : people.changes(app, new Dice(seed))) {
            simulation.tell(simulation.apps().getFirst(), command);
          }
          changing = false;
        }
      }
      case Fault.Meddle(_, long seed) -> {
        var dice = new Dice(seed);
        if (!granted.isEmpty()) {
          SimDyno dyno = dice.pick(granted);
          if (dice.chance(.7)) {
            meddle(dyno, dice);
          } else {
            hear(dyno, dice);
          }
        }
      }
      case Fault.ControlKilled _ -> kill();
      case Fault.ControlKilledUpon(_, Class<?> event) -> killedUpon.add(event);
      case Fault.HostCrashed(_, int host) -> {
        networks.get(host).forget();
        simulation.fleet().crash(simulation.fleet().host(host));
      }
      case Fault.AgentRestarted(_, int host) -> {
        networks.get(host).forget();
        staleReports(simulation.fleet().host(host));
        simulation.ask(simulation.fleet().host(host));
      }
      case Fault.Partition(_, int host, long nanos) -> networks.get(host).cut(nanos);
      case Fault.ClockSet(_, long nanos) -> simulation.setClock(nanos);
      case Fault.WritesFail(_, long nanos) -> failUntil = queue.now() + nanos;
    }
  }

  private void kill() {
    forget();
    simulation.restart();
  }

  /** All that was not written is lost; whoever waited last asks again. */
  private void forget() {
    networks.forEach(FaultyNetwork::forget);
    queue.in((long) writes.exponential(10 * MESSAGES), askAgain);
    SimApp app = simulation.apps().getFirst();
    for (int i = 0; i < Plan.HOSTS; i++) {
      queue.in(
          (long) writes.exponential(10 * MESSAGES),
          () -> simulation.hear(app, new Signal.HostFound<>(List.of())));
    }
  }

  private void ask(Fault.Ask ask) {
    var dice = new Dice(ask.seed()).fork();
    boolean odd = dice.chance(.4);
    List<AppCommand.RunDyno> asked = new ArrayList<>();
    SimDyno dyno =
        simulation.ask(
            simulation.apps().getFirst(),
            Plan.request(ask),
            dice.fork(),
            run -> {
              asked.add(odd ? people.asks(run, dice) : run);
              rooms.wanted(run.id(), simulation.fleet());
              return asked.getFirst();
            },
            granted -> granted(granted, dice));
    askAgain = () -> simulation.again(dyno, asked.getFirst());
    if (dice.chance(.2)) {
      queue.in((long) dice.exponential(dice.chance(.5) ? MESSAGES : SOON), askAgain);
    }
    if (odd && asked.getFirst().idempotencyKey().isPresent()) { // and by another under the same key
      queue.in((long) dice.exponential(MESSAGES), () -> ask(ask, asked.getFirst(), dice));
    }
    if (dice.chance(.4)) {
      queue.in((long) dice.exponential(dice.chance(.5) ? MESSAGES : 1e6), () -> hear(dyno, dice));
    }
  }

  private void ask(Fault.Ask ask, AppCommand.RunDyno as, Dice dice) {
    simulation.ask(
        simulation.apps().getFirst(),
        Plan.request(ask),
        dice.fork(),
        run -> {
          rooms.wanted(run.id(), simulation.fleet());
          return Users.same(as, run.id());
        },
        granted -> granted(granted, dice));
  }

  private void granted(SimDyno dyno, Dice dice) {
    granted.add(dyno);
    for (int i = dice.below(4); i > 0; i--) { // in whatever phase it is then
      queue.in((long) dice.exponential(30e9), () -> meddle(dyno, dice));
    }
    if (dyno.request.attach()) { // another client tries the same token
      var attach = new DynoCommand.Attach("thief@example.com", "198.51.100.9");
      queue.in((long) dice.exponential(30e9), () -> simulation.tell(dyno, attach));
    }
  }

  private void hear(SimDyno dyno, Dice dice) {
    if (dice.chance(.2)) {
      simulation.ended(dyno);
    } else {
      simulation.hear(dyno.app, Strays.signal(dyno.id, anyHost(dice), dice));
    }
  }

  private SimHost anyHost(Dice dice) {
    return simulation.fleet().host(dice.below(Plan.HOSTS));
  }

  private void meddle(SimDyno dyno, Dice dice) {
    Instant now = plan.scenario().start().plusNanos(queue.now());
    DynoCommand command = Strays.any(dyno.state, dice, now);
    simulation.tell(dyno, command);
    if (dice.chance(.3)) { // once more
      simulation.tell(dyno, command);
    }
  }

  private void staleReports(SimHost host) {
    for (SimDyno dyno : List.copyOf(host.dynos())) {
      host.network().send(() -> simulation.tell(dyno, new DynoCommand.ReportStarted(0, 1)));
      host.network().send(() -> simulation.tell(dyno, new DynoCommand.ReportExited(0, 0)));
      host.network().send(() -> simulation.tell(dyno, new DynoCommand.ReportLost(0, "stale")));
    }
  }

  @Override
  public boolean write(Object entity, List<?> events) {
    boolean fails = queue() != null && queue.now() < failUntil && writes.chance(.5);
    if (fails && told) {
      tell("a write fails: " + events);
    }
    return !fails;
  }

  @Override
  public boolean killed() {
    boolean now = killed;
    if (now) {
      killed = false;
      forget();
      if (told) {
        tell("the control plane is killed");
      }
    }
    return now;
  }

  @SuppressWarnings("NullAway") // asked while the simulation is being made
  private EventQueue queue() {
    return queue;
  }

  @Override
  public void app(SimApp app, AppEvent event, AppState after, long now) {
    if (told) {
      history.add(line(now, event));
    }
    invariants.app(app, event, after, now);
    bounded();
    killed |= killedUpon.remove(event.getClass());
    if (event instanceof AppEvent.DynoRefused refused
        && refused.reason() == Refusal.Reason.NO_ROOM
        && !changing) {
      rooms.refused(refused.id());
    }
    if (event instanceof AppEvent.DynoRequested
        && after instanceof App state
        && state.roster().values().stream().map(r -> r.spec().name()).distinct().count()
            < state.roster().size()) {
      throw new Broken("two live dynos have one name");
    }
  }

  @Override
  public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
    if (told) {
      history.add(line(now, dyno.id + " " + event));
    }
    if (event instanceof DynoEvent.Created) {
      ends.put(dyno.id, 0);
    } else if (event instanceof DynoEvent.Retired(_, String by, _, var ending, var status)) {
      ends.merge(dyno.id, 1, Integer::sum);
      var again = new AppCommand.RetireDyno(by, dyno.id, ending, status, event.at());
      if (plan.seed() % 3 == 0) { // told once more, much later
        queue.in(LATE.toNanos(), () -> simulation.tell(dyno.app, again));
      }
    }
    invariants.dyno(dyno, event, after, now);
    bounded();
    killed |= killedUpon.remove(event.getClass());
    Dice own =
        strays.computeIfAbsent(dyno.id, id -> new Dice(id.value().getLeastSignificantBits()));
    if (own.chance(STRAYS)) {
      queue.in((long) own.exponential(SOON), () -> meddle(dyno, own));
    }
    SimHost host = dyno.host();
    if (event instanceof DynoEvent.BecameUp && host != null) {
      rooms.placed(host);
    }
  }

  private void bounded() {
    if (invariants.checks() > MOST_EVENTS) {
      throw new Broken("it goes on for ever: %,d events".formatted(MOST_EVENTS));
    }
  }

  @Override
  public void order(SimDyno dyno, DynoOrder order) {
    invariants.order(dyno, order);
  }

  @Override
  public void heard(
      SimApp app, Conductor.Known known, Signal<Party> signal, List<Step<Party>> steps) {
    for (Step<Party> step : steps) {
      if (step instanceof Step.AskPlace<Party> ask) {
        rooms.asked(ask.dyno(), ask.host());
      }
    }
    AppPast past = rulebook.app();
    if (past == null) {
      return;
    }
    if (conducted == null || life != app.life) { // of the former one nothing is left
      life = app.life;
      conducted = new Conducted<>(Plan.POLICY, past, known);
    }
    conducted.check(past, signal, steps);
  }

  @Override
  public void answered(SimHost host, DynoId dyno, long bytes, boolean kept) {
    rooms.answered(host, bytes, kept);
  }

  private void tell(Object what) {
    history.add(line(queue.now(), what));
  }

  private static String line(long now, Object what) {
    return "%14.6f s  %s".formatted(now / 1e9, what);
  }
}
