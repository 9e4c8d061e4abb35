package dev.dynode.actor.app;

import dev.dynode.actor.DeciderActor;
import dev.dynode.actor.DeciderActor.Decide;
import dev.dynode.actor.DeciderActor.Message;
import dev.dynode.actor.DeciderActor.Outcome;
import dev.dynode.actor.DeciderActor.Resume;
import dev.dynode.actor.dyno.DynoExecutor;
import dev.dynode.actor.host.HostAgent;
import dev.dynode.domain.Refusal;
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
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.HostView;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.AppView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.jspecify.annotations.Nullable;

/**
 * Owns an app's ledger and dynos: routes commands to them, answers questions from what they last
 * said. Persists nothing and decides nothing.
 */
public final class AppSupervisor extends AbstractBehavior<AppSupervisor.Command> {
  /** How soon it is tried again to place a dyno while this node does not know the hosts yet. */
  private static final Duration PLACE_AGAIN = Duration.ofMillis(100);

  /** How long a host has for what it was ordered before it is ordered again. */
  private static final Duration ORDER_AGAIN = Duration.ofSeconds(10);

  /** What the supervisor understands. */
  public sealed interface Command {}

  public record Look(boolean whole, ActorRef<Answer<AppView>> replyTo) implements Command {}

  public record Change(AppCommand command, ActorRef<Answer<AppView>> replyTo) implements Command {}

  public record Run(AppCommand.RunDyno command, ActorRef<Answer<DynoView>> replyTo)
      implements Command {}

  public record TellDyno(DynoId dyno, DynoCommand command, ActorRef<Answer<DynoView>> replyTo)
      implements Command {}

  /** Live: dynos of an app that sleeps have no timers. */
  public record Wake() implements Command {}

  /** Stop here, for the app is to live on another node. */
  public record Leave() implements Command {}

  /** After a start: an app whose name was claimed but which was never created gives it back. */
  public record FreeNameIfAbsent(String name) implements Command {}

  /**
   * A host reports of a dyno, until it is answered by {@link HostAgent.Taken}: then the report is
   * journaled, or means nothing any more.
   *
   * @param number counts the reports of a dyno in this life of its host
   */
  public record Report(
      DynoId dyno, long number, DynoCommand report, ActorRef<HostAgent.Command> host)
      implements Command {}

  /** A host has something of a dyno, and nobody has ordered anything of it. */
  public record Held(DynoId dyno, ActorRef<HostAgent.Command> host) implements Command {}

  /** A host is there, for the first time or again. */
  public record HostFound(HostId host) implements Command {}

  /** A host is gone, and what ran there was killed. */
  public record HostLost(HostId host) implements Command {}

  /** A dyno's state after recovery and after each change. */
  public record DynoChanged(DynoId id, DynoState state) implements Command {}

  /** A dyno's story is over. */
  public record DynoRetired(DynoId id, Ending ending, Optional<Integer> status, Instant at)
      implements Command {}

  /** What hosts were ordered long ago may have been lost. */
  private record OrderAgain() implements Command {}

  record LedgerChanged(AppState state) implements Command {}

  record LedgerOrder(AppOrder order) implements Command {}

  private record Answered(Outcome<AppEvent, AppState> outcome, ActorRef<Answer<AppView>> replyTo)
      implements Command {}

  private record RunAnswered(
      AppCommand.RunDyno command,
      Outcome<AppEvent, AppState> outcome,
      ActorRef<Answer<DynoView>> replyTo)
      implements Command {}

  private record DynoAnswered(
      Outcome<DynoEvent, DynoState> outcome, ActorRef<Answer<DynoView>> replyTo)
      implements Command {}

  private record RetirementJournaled(DynoId id) implements Command {}

  /** A dyno's actor and what it last said. */
  private record Child(
      ActorRef<Message<DynoCommand, DynoEvent, DynoState>> actor, @Nullable DynoState state) {}

  private final AppId id;
  private final ActorRef<Command> self;
  private final AppSurroundings surroundings;
  private final ActorRef<Message<AppCommand, AppEvent, AppState>> ledger;
  private final Map<DynoId, Child> dynos = new HashMap<>();
  private final Map<DynoId, List<ActorRef<Answer<DynoView>>>> awaitingBirth = new HashMap<>();

  /** Dynos for which there was no host at all. */
  private final Set<DynoId> unplaced = new HashSet<>();

  /** Dynos whose hosts had something to do when it was last looked, and their states then. */
  private Map<DynoId, DynoState> awaitingHost = Map.of();

  private final List<Command> beforeRecovery = new ArrayList<>();
  private @Nullable AppState state;

  public static Behavior<Command> create(AppId id, AppSurroundings surroundings) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(new OrderAgain(), ORDER_AGAIN);
                  return new AppSupervisor(context, id, surroundings);
                }));
  }

  private AppSupervisor(ActorContext<Command> context, AppId id, AppSurroundings surroundings) {
    super(context);
    this.id = id;
    this.surroundings = surroundings;
    self = context.getSelf();
    surroundings.hosts().follow(self);
    ledger =
        context.spawn(
            DeciderActor.create(
                PersistenceId.of("App", id.toString()),
                new AppDecider(surroundings.policy()),
                surroundings.clock(),
                (_, _) -> new AppExecutor(id, self, surroundings.logs())),
            "ledger");
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onAnyMessage(this::receive)
        .onSignal(
            PostStop.class,
            _ -> {
              surroundings.hosts().unfollow(self);
              return this;
            })
        .build();
  }

  private Behavior<Command> receive(Command message) {
    switch (message) {
      case Leave() -> {
        return Behaviors.stopped();
      }
      case LedgerChanged(AppState now) -> ledgerChanged(now);
      case Command early when state == null -> beforeRecovery.add(early);
      case Look(boolean whole, var replyTo) -> replyTo.tell(view(whole));
      case Change(AppCommand command, var replyTo) ->
          ledger.tell(new Decide<>(command, outcome -> self.tell(new Answered(outcome, replyTo))));
      case Answered(var outcome, var replyTo) -> replyTo.tell(answer(outcome));
      case Run(var command, var replyTo) -> run(command, replyTo);
      case RunAnswered(var command, var outcome, var replyTo) ->
          runAnswered(command, outcome, replyTo);
      case TellDyno(DynoId dyno, DynoCommand command, var replyTo) ->
          tellDyno(dyno, command, replyTo);
      case DynoAnswered(var outcome, var replyTo) -> replyTo.tell(dynoAnswer(outcome));
      case Wake() -> {}
      case Report report -> report(report);
      case Held(DynoId dyno, var host) -> {
        Child child = onRoster(dyno);
        if (child == null || elsewhere(child, host)) {
          host.tell(new HostAgent.Finished(dyno));
        } else {
          child.actor().tell(new Resume<>());
        }
      }
      case HostFound(HostId host) -> {
        on(host, (actor, _) -> actor.tell(new Resume<>()));
        List.copyOf(unplaced).forEach(this::place);
      }
      case HostLost(HostId host) ->
          on(
              host,
              (actor, live) ->
                  actor.tell(
                      new Decide<>(
                          new DynoCommand.ReportLost(
                              live.generation(), "Host " + host + " was lost"))));
      case OrderAgain() -> orderAgain();
      case LedgerOrder(AppOrder order) -> execute(order);
      case DynoChanged(DynoId dyno, DynoState now) -> dynoChanged(dyno, now);
      case DynoRetired(DynoId dyno, Ending ending, var status, Instant at) ->
          ledger.tell(
              new Decide<>(
                  new AppCommand.RetireDyno(DynoDecider.SYSTEM, dyno, ending, status, at),
                  _ -> self.tell(new RetirementJournaled(dyno))));
      case RetirementJournaled(DynoId dyno) -> {
        Child child = dynos.remove(dyno);
        if (child != null) {
          getContext().stop(child.actor());
        }
      }
      case FreeNameIfAbsent(String name) -> {
        if (!(state instanceof App)) {
          surroundings.freeName().accept(name, id);
        }
      }
    }
    return this;
  }

  private void ledgerChanged(AppState now) {
    boolean first = state == null;
    state = now;
    if (first) {
      beforeRecovery.forEach(self::tell);
      beforeRecovery.clear();
    }
  }

  /** Once more for every dyno whose host has done nothing since the last time. */
  private void orderAgain() {
    Map<DynoId, DynoState> now = new HashMap<>();
    dynos.forEach(
        (dyno, child) -> {
          if (child.state() instanceof Live live && live.awaitsHost()) {
            now.put(dyno, live);
            if (live.equals(awaitingHost.get(dyno))) {
              child.actor().tell(new Resume<>());
            }
          }
        });
    awaitingHost = now;
  }

  private void on(
      HostId host, BiConsumer<ActorRef<Message<DynoCommand, DynoEvent, DynoState>>, Live> each) {
    for (Child child : dynos.values()) {
      if (child.state() instanceof Live live && live.host().equals(Optional.of(host))) {
        each.accept(child.actor(), live);
      }
    }
  }

  /** A dyno that is not over; after a recovery it may not have been launched yet. */
  private @Nullable Child onRoster(DynoId dyno) {
    if (!dynos.containsKey(dyno) && state instanceof App app && app.roster().containsKey(dyno)) {
      launch(app.roster().get(dyno).spec());
    }
    return dynos.get(dyno);
  }

  private void report(Report report) {
    Child child = onRoster(report.dyno());
    if (child == null) { // its story is over
      report.host().tell(new HostAgent.Taken(report.dyno(), report.number()));
      report.host().tell(new HostAgent.Finished(report.dyno()));
      return;
    }
    child
        .actor()
        .tell(
            new Decide<>(
                report.report(),
                _ -> report.host().tell(new HostAgent.Taken(report.dyno(), report.number()))));
  }

  private Answer<AppView> view(boolean whole) {
    return state instanceof App app && app.deletedAt().isEmpty()
        ? new Answer.Done<>(viewOf(whole ? app : app.brief()))
        : new Answer.Refused<>(Refusal.notFound("app"));
  }

  /** What a change made of the app: for a delete, the app that is gone. */
  private Answer<AppView> answer(Outcome<AppEvent, AppState> outcome) {
    return switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) -> new Answer.Refused<>(refusal);
      case Outcome.Accepted<AppEvent, AppState>(_, App app) ->
          new Answer.Done<>(viewOf(app.brief()));
      case Outcome.Accepted<AppEvent, AppState> _ -> new Answer.Refused<>(Refusal.notFound("app"));
    };
  }

  private AppView viewOf(App app) {
    return new AppView(app, app.roster().values().stream().map(this::viewOf).toList());
  }

  private DynoView viewOf(Requested requested) {
    Child child = dynos.get(requested.spec().id());
    return switch (child == null ? null : child.state()) {
      case Live live -> DynoView.of(live);
      case Retired retired -> DynoView.of(retired);
      case null, default -> DynoView.of(requested);
    };
  }

  private void run(AppCommand.RunDyno command, ActorRef<Answer<DynoView>> replyTo) {
    long bytes = command.size().flatMap(DynoSize::named).map(DynoSize::memoryBytes).orElse(0L);
    boolean room = surroundings.placement().choose(surroundings.hosts().hosts(), bytes).isPresent();
    if (!room && !surroundings.hosts().settled()) { // there is a host that was not heard of yet
      getContext().scheduleOnce(PLACE_AGAIN, self, new Run(command, replyTo));
      return;
    }
    ledger.tell(
        new Decide<>(
            room ? command : new AppCommand.RefuseDyno(command, Refusal.noRoom()),
            outcome -> self.tell(new RunAnswered(command, outcome, replyTo))));
  }

  private void runAnswered(
      AppCommand.RunDyno command,
      Outcome<AppEvent, AppState> outcome,
      ActorRef<Answer<DynoView>> replyTo) {
    switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) ->
          replyTo.tell(new Answer.Refused<>(refusal));
      case Outcome.Accepted<AppEvent, AppState>(List<AppEvent> events, AppState after) -> {
        DynoId dyno =
            events.isEmpty() && after instanceof App app
                ? command
                    .idempotencyKey()
                    .flatMap(app::dynoOfKey)
                    .map(DynoSpec::id)
                    .orElse(command.id())
                : command.id();
        Optional<Answer<DynoView>> known = known(dyno);
        if (known.isPresent()) {
          replyTo.tell(known.get());
        } else {
          awaitingBirth.computeIfAbsent(dyno, _ -> new ArrayList<>()).add(replyTo);
        }
      }
    }
  }

  /** What is known of a dyno, once it has journaled something. */
  private Optional<Answer<DynoView>> known(DynoId dyno) {
    Child child = dynos.get(dyno);
    return switch (child == null ? null : child.state()) {
      case Live live -> Optional.of(new Answer.Done<>(DynoView.of(live)));
      case Retired retired -> Optional.of(new Answer.Done<>(DynoView.of(retired)));
      case null, default ->
          state instanceof App app
              ? Optional.ofNullable(app.finished().get(dyno))
                  .map(finished -> new Answer.Done<>(DynoView.of(finished)))
              : Optional.empty();
    };
  }

  private void tellDyno(DynoId dyno, DynoCommand command, ActorRef<Answer<DynoView>> replyTo) {
    Child child = dynos.get(dyno);
    if (child != null) {
      child
          .actor()
          .tell(new Decide<>(command, outcome -> self.tell(new DynoAnswered(outcome, replyTo))));
    } else if (command instanceof DynoCommand.Attach) {
      replyTo.tell(
          new Answer.Refused<>(
              Refusal.conflict("This dyno has ended; start another one to attach to.")));
    } else {
      replyTo.tell(known(dyno).orElseGet(() -> new Answer.Refused<>(Refusal.notFound("dyno"))));
    }
  }

  private static Answer<DynoView> dynoAnswer(Outcome<DynoEvent, DynoState> outcome) {
    return switch (outcome) {
      case Outcome.Refused<DynoEvent, DynoState>(Refusal refusal) -> new Answer.Refused<>(refusal);
      case Outcome.Accepted<DynoEvent, DynoState>(_, DynoState state) ->
          switch (state) {
            case Live live -> new Answer.Done<>(DynoView.of(live));
            case Retired retired -> new Answer.Done<>(DynoView.of(retired));
            case DynoState.Absent _ -> new Answer.Refused<>(Refusal.notFound("dyno"));
          };
    };
  }

  private void execute(AppOrder order) {
    switch (order) {
      case AppOrder.LaunchDyno(_, DynoSpec spec) -> launch(spec);
      case AppOrder.StopDyno(String by, DynoId dyno, var cause) -> {
        Child child = dynos.get(dyno);
        if (child != null) {
          child.actor().tell(new Decide<>(new DynoCommand.Stop(by, cause)));
        }
      }
      case AppOrder.Dismantle(String name) -> {
        surroundings.freeName().accept(name, id);
        surroundings.logs().remove(id);
      }
      case AppOrder.WriteLog _ -> throw new AssertionError("carried out by the ledger's executor");
    }
  }

  private void launch(DynoSpec spec) {
    if (!(state instanceof App app)) {
      return;
    }
    Child child = dynos.get(spec.id());
    if (child != null) { // the ledger has started again
      if (child.state() instanceof Retired retired) {
        self.tell(
            new DynoRetired(spec.id(), retired.ending(), retired.status(), retired.endedAt()));
      }
      return;
    }
    Map<String, String> config =
        app.release(spec.releaseVersion()).map(AppState.Release::config).orElse(Map.of());
    var actor =
        getContext()
            .spawn(
                DeciderActor.create(
                    PersistenceId.of("Dyno", spec.id().toString()),
                    new DynoDecider(),
                    surroundings.clock(),
                    (_, alarms) ->
                        new DynoExecutor(
                            spec, config, self, surroundings.hosts(), surroundings.logs(), alarms)),
                "dyno-" + spec.id());
    dynos.put(spec.id(), new Child(actor, null));
  }

  /** Whether the dyno was placed again while this host was lost. */
  private boolean elsewhere(Child child, ActorRef<HostAgent.Command> host) {
    return child.state() instanceof Live live
        && live.generation() > 1
        && live.host()
            .flatMap(surroundings.hosts()::agent)
            .filter(agent -> !agent.equals(host))
            .isPresent();
  }

  /**
   * A dyno without an event is new, or its first write has failed: it is created, or again. One
   * that has lost its host gets another.
   */
  private void place(DynoId dyno) {
    unplaced.remove(dyno);
    Child child = dynos.get(dyno);
    if (child != null && state instanceof App app && app.roster().containsKey(dyno)) {
      Requested requested = app.roster().get(dyno);
      DynoSpec spec = requested.spec();
      List<HostView> hosts = surroundings.hosts().hosts();
      long bytes = DynoSize.named(spec.size()).orElseThrow().memoryBytes();
      surroundings
          .placement()
          .choose(hosts, bytes)
          .or(() -> hosts.stream().findFirst())
          .ifPresentOrElse(
              host -> {
                surroundings.hosts().placed(host.id(), bytes);
                var grounds =
                    new Grounds(
                        hosts.size(),
                        host.dynos(),
                        host.capacity(),
                        Optional.of(surroundings.placement()));
                child
                    .actor()
                    .tell(
                        new Decide<>(
                            child.state() instanceof Live
                                ? new DynoCommand.Place(
                                    DynoDecider.SYSTEM, host.id(), Optional.of(grounds))
                                : new DynoCommand.Create(
                                    requested.by(), spec, host.id(), Optional.of(grounds))));
              },
              () -> unplaced.add(dyno));
    }
  }

  private void dynoChanged(DynoId dyno, DynoState now) {
    dynos.computeIfPresent(dyno, (_, child) -> new Child(child.actor(), now));
    if (now instanceof Live live) {
      live.host().ifPresent(surroundings.hosts()::expect);
    }
    if (now instanceof DynoState.Absent
        || (now instanceof Live live && live.phase() == DynoState.Phase.CREATED)) {
      place(dyno);
      return;
    }
    List<ActorRef<Answer<DynoView>>> waiting = awaitingBirth.remove(dyno);
    if (waiting != null) {
      known(dyno).ifPresent(answer -> waiting.forEach(replyTo -> replyTo.tell(answer)));
    }
  }
}
