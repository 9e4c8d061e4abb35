package dev.dynode.simulator.run;

import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.world.Behaviour;
import dev.dynode.simulator.world.SimHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One app, its one-off dynos and one host in virtual time, driven by the deciders of production.
 * After every journaled event the {@link Invariants} are checked. The same seed gives the same
 * history. For one thread.
 */
public final class Simulation {
  private static final String USER = "planner@example.com";
  private static final HostId HOST = new HostId("simulated");

  private final EventQueue queue = new EventQueue(Instant.parse("2026-01-01T00:00:00Z"));
  private final AppPolicy policy;
  private final AppDecider appRules;
  private final DynoDecider dynoRules = new DynoDecider();
  private final Dice requests;
  private final Dice faults;
  private final SimHost host;
  private final Map<DynoId, Behaviour> behaviours = new HashMap<>();
  private final Map<DynoId, DynoState> dynos = new LinkedHashMap<>();
  private final Map<DynoId, Map<DynoTimer, Object>> timers = new HashMap<>();
  private final List<AppEvent> appJournal = new ArrayList<>();
  private final Map<DynoId, List<DynoEvent>> dynoJournal = new LinkedHashMap<>();
  private AppState app;
  private int refused;
  private int life;

  public Simulation(long seed, AppPolicy policy, Tier tier) {
    var dice = new Dice(seed);
    this.policy = policy;
    requests = dice.fork();
    faults = dice.fork();
    appRules = new AppDecider(policy);
    app = appRules.initial();
    host = new SimHost(queue, dice.fork(), behaviours, this::tellDyno);
    tellApp(
        new AppCommand.CreateApp(
            USER,
            new AppId(requests.uuid()),
            new ReleaseId(requests.uuid()),
            "simulated",
            tier,
            "local",
            "host"));
  }

  /**
   * Runs until nothing is left to do.
   *
   * @param dynos one-off dynos requested, at random instants
   * @param every mean time between two requests
   * @param crashes kills of the node, at random instants of the same span
   */
  public void run(int dynos, Duration every, int crashes) {
    Instant at = queue.now();
    for (int i = 0; i < dynos; i++) {
      at = at.plus(requests.exponential(every));
      queue.at(at, this::request);
    }
    Duration span = Duration.between(queue.now(), at);
    for (int i = 0; i < crashes; i++) {
      queue.at(
          queue.now().plusMillis(faults.below((int) Math.min(span.toMillis(), 1_000_000_000) + 1)),
          this::crash);
    }
    while (queue.step()) {
      // everything happens in the tasks
    }
  }

  private void request() {
    var id = new DynoId(requests.uuid());
    behaviours.put(id, Behaviour.any(requests));
    boolean attach = requests.chance(0.6);
    tellApp(
        new AppCommand.RunDyno(
            USER,
            id,
            requests.below(9_000),
            "bin/work",
            "run",
            Optional.empty(),
            attach,
            true,
            Map.of(),
            requests.chance(0.2)
                ? Optional.of(Duration.ofSeconds(1 + requests.below(86_400)))
                : Optional.empty(),
            Optional.empty()));
    if (requests.chance(0.2)) {
      queue.at(
          queue.now().plus(requests.exponential(Duration.ofMinutes(10))),
          () -> tellDyno(id, new DynoCommand.Stop(USER, DynoEvent.StopCause.USER)));
    }
  }

  /** The node is killed: what was on its way is gone, the journal and the deadlines are not. */
  private void crash() {
    life++;
    host.crash();
    timers.clear();
    app = appRules.replay(appJournal);
    dynos.replaceAll((id, _) -> dynoRules.replay(journalOf(id)));
    List<AppOrder> orders = appRules.resume(app, queue.now());
    orders.forEach(this::carry);
    for (DynoId id : List.copyOf(dynos.keySet())) {
      dynoRules.resume(stateOf(id), queue.now()).forEach(order -> carry(id, order));
    }
  }

  private void tellApp(AppCommand command) {
    Decision<AppEvent> decision = appRules.decide(app, command, queue.now());
    if (decision instanceof Decision.Refused<AppEvent>) {
      refused++;
    }
    for (AppEvent event : decision.events()) {
      appJournal.add(event);
      app = appRules.evolve(app, event);
      Invariants.check(policy, appJournal, app);
      appRules.react(event, app).forEach(this::carry);
    }
  }

  private void tellDyno(DynoId id, DynoCommand command) {
    if (!dynos.containsKey(id)) {
      return; // it was refused
    }
    if (dynoRules.decide(stateOf(id), command, queue.now())
        instanceof Decision.Accepted<DynoEvent>(List<DynoEvent> events)) {
      for (DynoEvent event : events) {
        journalOf(id).add(event);
        DynoState after = dynoRules.evolve(stateOf(id), event);
        dynos.put(id, after);
        Invariants.check(journalOf(id), host.launches().getOrDefault(id, 0));
        if (event instanceof DynoEvent.ClientAttached && after instanceof DynoState.Live live) {
          host.attached(live.spec(), live.generation(), queue.now());
        }
        dynoRules.react(event, after).forEach(order -> carry(id, order));
      }
    }
  }

  private void carry(AppOrder order) {
    switch (order) {
      case AppOrder.LaunchDyno(String by, DynoSpec spec) -> {
        dynos.putIfAbsent(spec.id(), dynoRules.initial());
        soon(() -> tellDyno(spec.id(), new DynoCommand.Create(by, spec, HOST)));
      }
      case AppOrder.StopDyno(String by, DynoId id, var cause) ->
          soon(() -> tellDyno(id, new DynoCommand.Stop(by, cause)));
      case AppOrder.WriteLog _, AppOrder.Dismantle _ -> {}
    }
  }

  private void carry(DynoId id, DynoOrder order) {
    switch (order) {
      case DynoOrder.ArmTimer(DynoTimer timer, Instant at) -> {
        var armed = new Object();
        timersOf(id).put(timer, armed);
        queue.at(
            at,
            () -> {
              if (armed.equals(timersOf(id).get(timer))) {
                tellDyno(id, new DynoCommand.TimerDue(timer));
              }
            });
      }
      case DynoOrder.DisarmTimer(DynoTimer timer) -> timersOf(id).remove(timer);
      case DynoOrder.WriteLog _ -> {}
      case DynoOrder.ReportRetired(var ending, var status, Instant at) ->
          soon(
              () -> tellApp(new AppCommand.RetireDyno(DynoDecider.SYSTEM, id, ending, status, at)));
      case DynoOrder.PrepareFiles prepare -> {
        host.carry(specOf(id), prepare);
        Behaviour behaviour = behaviours.get(id);
        if (behaviour != null) {
          behaviour
              .attachesAfter()
              .ifPresent(
                  after ->
                      queue.at(
                          queue.now().plus(after),
                          () -> tellDyno(id, new DynoCommand.Attach(USER, "192.0.2.1"))));
        }
      }
      case DynoOrder.StartProcess _,
          DynoOrder.AskHost _,
          DynoOrder.SignalProcess _,
          DynoOrder.ResizeTerminal _,
          DynoOrder.CloseAttach _,
          DynoOrder.DiscardFiles _ ->
          host.carry(specOf(id), order);
    }
  }

  /** A message within the node: lost if the node is killed before it is delivered. */
  private void soon(Runnable delivery) {
    int now = life;
    queue.at(
        queue.now().plusNanos(1_000L * (1 + faults.below(2_000))),
        () -> {
          if (life == now) {
            delivery.run();
          }
        });
  }

  private DynoState stateOf(DynoId id) {
    return dynos.getOrDefault(id, dynoRules.initial());
  }

  private List<DynoEvent> journalOf(DynoId id) {
    return dynoJournal.computeIfAbsent(id, _ -> new ArrayList<>());
  }

  private Map<DynoTimer, Object> timersOf(DynoId id) {
    return timers.computeIfAbsent(id, _ -> new HashMap<>());
  }

  private DynoSpec specOf(DynoId id) {
    return switch (stateOf(id)) {
      case DynoState.Live live -> live.spec();
      case DynoState.Retired retired -> retired.spec();
      case DynoState.Absent _ -> throw new IllegalStateException("no dyno " + id);
    };
  }

  /** The app as it is now. */
  public App app() {
    return (App) app;
  }

  public Map<DynoId, DynoState> dynos() {
    return Collections.unmodifiableMap(dynos);
  }

  public List<AppEvent> appJournal() {
    return Collections.unmodifiableList(appJournal);
  }

  public Map<DynoId, List<DynoEvent>> dynoJournals() {
    return Collections.unmodifiableMap(dynoJournal);
  }

  /** Commands the rules refused. */
  public int refused() {
    return refused;
  }

  /** Processes still running: none, once the simulation is over. */
  public int running() {
    return host.running();
  }
}
