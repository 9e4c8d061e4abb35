package dev.dynode.actor.app;

import dev.dynode.actor.DeciderActor;
import dev.dynode.actor.DeciderActor.Decide;
import dev.dynode.actor.DeciderActor.Message;
import dev.dynode.actor.DeciderActor.Outcome;
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
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.HostView;
import dev.dynode.domain.placement.Placement;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.AppView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
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
  /** What the supervisor understands. */
  public sealed interface Command {}

  public record Look(ActorRef<Answer<AppView>> replyTo) implements Command {}

  public record Change(AppCommand command, ActorRef<Answer<AppView>> replyTo) implements Command {}

  public record Run(AppCommand.RunDyno command, ActorRef<Answer<DynoView>> replyTo)
      implements Command {}

  public record TellDyno(DynoId dyno, DynoCommand command, ActorRef<Answer<DynoView>> replyTo)
      implements Command {}

  /** After a start: an app whose name was claimed but which was never created gives it back. */
  public record FreeNameIfAbsent(String name) implements Command {}

  /** A dyno's state after recovery and after each change. */
  public record DynoChanged(DynoId id, DynoState state) implements Command {}

  /** A dyno's story is over. */
  public record DynoRetired(DynoId id, Ending ending, Optional<Integer> status, Instant at)
      implements Command {}

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
  private final List<Command> beforeRecovery = new ArrayList<>();
  private @Nullable AppState state;

  public static Behavior<Command> create(AppId id, AppSurroundings surroundings) {
    return Behaviors.setup(context -> new AppSupervisor(context, id, surroundings));
  }

  private AppSupervisor(ActorContext<Command> context, AppId id, AppSurroundings surroundings) {
    super(context);
    this.id = id;
    this.surroundings = surroundings;
    self = context.getSelf();
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
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command message) {
    switch (message) {
      case LedgerChanged(AppState now) -> ledgerChanged(now);
      case Command early when state == null -> beforeRecovery.add(early);
      case Look(var replyTo) -> replyTo.tell(view());
      case Change(AppCommand command, var replyTo) ->
          ledger.tell(new Decide<>(command, outcome -> self.tell(new Answered(outcome, replyTo))));
      case Answered(var outcome, var replyTo) -> replyTo.tell(answer(outcome));
      case Run(var command, var replyTo) -> run(command, replyTo);
      case RunAnswered(var command, var outcome, var replyTo) ->
          runAnswered(command, outcome, replyTo);
      case TellDyno(DynoId dyno, DynoCommand command, var replyTo) ->
          tellDyno(dyno, command, replyTo);
      case DynoAnswered(var outcome, var replyTo) -> replyTo.tell(dynoAnswer(outcome));
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
      if (now instanceof App app && !app.finished().isEmpty()) {
        surroundings.host().tell(new HostAgent.Finished(Set.copyOf(app.finished().keySet())));
      }
      beforeRecovery.forEach(self::tell);
      beforeRecovery.clear();
    }
  }

  private Answer<AppView> view() {
    return state instanceof App app && app.deletedAt().isEmpty()
        ? new Answer.Done<>(viewOf(app))
        : new Answer.Refused<>(Refusal.notFound("app"));
  }

  /** What a change made of the app: for a delete, the app that is gone. */
  private Answer<AppView> answer(Outcome<AppEvent, AppState> outcome) {
    return switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) -> new Answer.Refused<>(refusal);
      case Outcome.Accepted<AppEvent, AppState>(_, App app) -> new Answer.Done<>(viewOf(app));
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
    boolean room = Placement.SPREAD.choose(surroundings.hosts().hosts()).isPresent();
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
                ? command.idempotencyKey().flatMap(app::dynoOfKey).orElseThrow().id()
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
                    (context, alarms) ->
                        new DynoExecutor(
                            spec,
                            config,
                            self,
                            surroundings.host(),
                            surroundings.logs(),
                            context.getSelf(),
                            alarms)),
                "dyno-" + spec.id());
    dynos.put(spec.id(), new Child(actor, null));
  }

  /** A dyno without an event is new, or its first write has failed: it is created, or again. */
  private void create(DynoId dyno) {
    Child child = dynos.get(dyno);
    if (child != null && state instanceof App app && app.roster().containsKey(dyno)) {
      Requested requested = app.roster().get(dyno);
      List<HostView> hosts = surroundings.hosts().hosts();
      Placement.SPREAD
          .choose(hosts)
          .or(() -> hosts.stream().findFirst())
          .ifPresent(
              host ->
                  child
                      .actor()
                      .tell(
                          new Decide<>(
                              create(requested.by(), requested.spec(), host, hosts.size()))));
    }
  }

  private static DynoCommand create(String by, DynoSpec spec, HostView host, int hosts) {
    var grounds = new Grounds(hosts, host.dynos(), host.capacity());
    return new DynoCommand.Create(by, spec, host.id(), Optional.of(grounds));
  }

  private void dynoChanged(DynoId dyno, DynoState now) {
    dynos.computeIfPresent(dyno, (_, child) -> new Child(child.actor(), now));
    if (now instanceof DynoState.Absent) {
      create(dyno);
      return;
    }
    List<ActorRef<Answer<DynoView>>> waiting = awaitingBirth.remove(dyno);
    if (waiting != null) {
      known(dyno).ifPresent(answer -> waiting.forEach(replyTo -> replyTo.tell(answer)));
    }
  }
}
