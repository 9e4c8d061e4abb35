package dev.dynode.engine.actor;

import static java.util.Objects.requireNonNull;

import dev.dynode.domain.Failure;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.conductor.Conductor;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.engine.actor.DeciderActor.Decide;
import dev.dynode.engine.actor.DeciderActor.End;
import dev.dynode.engine.actor.DeciderActor.Message;
import dev.dynode.engine.actor.DeciderActor.Outcome;
import dev.dynode.engine.actor.DeciderActor.Resume;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.jspecify.annotations.Nullable;

/**
 * Owns an app's ledger and dynos, and carries out what its {@link Conductor} says; answers
 * questions from what they last said. Persists nothing and decides nothing.
 */
public final class AppSupervisor extends AbstractBehavior<AppSupervisor.Command> {
  /** After a bug of its own: everything it knows is told anew by its children. */
  private static final SupervisorStrategy RESTART =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(20), Duration.ofSeconds(5), 0.2);

  /** What the supervisor understands. */
  public sealed interface Command {}

  /** Whoever the conductor answers. */
  sealed interface Waiting {}

  /** Something that somebody waits for. */
  sealed interface Asked<T> {
    /** When whoever asks waits no longer; nodes of the last release do not say. */
    Optional<Instant> notAfter();

    ActorRef<Answer<T>> replyTo();

    /** Nodes of the last release cannot read that: they go on asking. */
    default void fail(Failure why) {
      notAfter().ifPresent(_ -> replyTo().tell(new Answer.Failed<>(why)));
    }
  }

  public record Ask<T>(AppQuery<T> query, Optional<Instant> notAfter, ActorRef<Answer<T>> replyTo)
      implements Command, Asked<T> {}

  /**
   * @param then what is asked of the app as the command has left it
   */
  public record Change<T>(
      AppCommand command, AppQuery<T> then, Optional<Instant> notAfter, ActorRef<Answer<T>> replyTo)
      implements Command, Asked<T> {}

  public record Run(
      AppCommand.RunDyno command, Optional<Instant> notAfter, ActorRef<Answer<DynoAnswer>> replyTo)
      implements Command, Asked<DynoAnswer>, Waiting {}

  /**
   * @param dyno its name or id
   */
  public record TellDyno(
      String dyno,
      DynoCommand command,
      Optional<Instant> notAfter,
      ActorRef<Answer<Boolean>> replyTo)
      implements Command, Asked<Boolean> {}

  /** Live: dynos of an app that sleeps have no timers. */
  public record Wake() implements Command {}

  /** Stop here, for the app is to live on another node. */
  public record Leave() implements Command {}

  /**
   * A name that was claimed for this app a while ago is given back, unless the app was created and
   * has it.
   */
  public record FreeNameIfAbsent(String name) implements Command {}

  /**
   * A host reports of a dyno, until it is answered by {@link HostAgent.Taken}: then the report is
   * journaled, or means nothing any more.
   *
   * @param number counts the reports of a dyno in this life of its host
   */
  public record Report(
      DynoId dyno, long number, DynoCommand report, ActorRef<HostAgent.Command> host)
      implements Command, Waiting {}

  /** A host has something of a dyno, and nobody has ordered anything of it. */
  public record Held(DynoId dyno, Optional<HostId> of, ActorRef<HostAgent.Command> host)
      implements Command, Waiting {}

  /**
   * What a host answers whether it keeps a place.
   *
   * @param before how it was without this dyno
   */
  public record Reservation(
      DynoId dyno, boolean kept, HostView before, HostView now, boolean draining)
      implements Command {}

  /** A host is there, for the first time or again. */
  public record HostFound(HostId host) implements Command {}

  /** A host is gone, and what ran there was killed. */
  public record HostLost(HostId host) implements Command {}

  /** A dyno's state after recovery and after each change. */
  public record DynoChanged(DynoId id, DynoState state) implements Command {}

  /** What a dyno's rules order the app to do. */
  public record DynoOrdered(DynoId id, DynoOrder.ForApp order) implements Command {}

  record LedgerChanged(AppState state) implements Command {}

  record LedgerOrder(AppOrder order) implements Command {}

  /** The ledger's events cannot be read now. */
  record LedgerUnreadable(Failure why) implements Command {}

  /** A dyno was granted, and its own first event could not be journaled. */
  public record Unborn(DynoId id, Failure why) implements Command {}

  private record LedgerEnded() implements Command {}

  record DynoEnded(DynoId id) implements Command {}

  private record Due(Signal.Wake wake) implements Command {}

  private record Placed(DynoId id) implements Command {}

  /** A dyno that counts against the limit has told how it is. */
  private record Counted(DynoId asked, DynoState state) implements Command {}

  private record Answered(Change<?> asked, Outcome<AppEvent, AppState> outcome)
      implements Command {}

  private record RunAnswered(Run asked, Outcome<AppEvent, AppState> outcome) implements Command {}

  private record RetirementJournaled(DynoId id) implements Command {}

  private final AppId id;
  private final ActorRef<Command> self;
  private final AppSurroundings surroundings;
  private final AppDecider rules;
  private final Conductor<Waiting> conductor;
  private ActorRef<Message<AppCommand, AppEvent, AppState>> ledger;
  private final DynoActors dynos;

  /** How many dynos have not told yet whether they have ended. */
  private final Map<DynoId, Integer> uncounted = new HashMap<>();

  private final List<Command> beforeRecovery = new ArrayList<>();
  private @Nullable AppState state;

  public static Behavior<Command> create(AppId id, AppSurroundings surroundings) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(context -> new AppSupervisor(context, id, surroundings)))
        .onFailure(Throwable.class, RESTART);
  }

  private AppSupervisor(ActorContext<Command> context, AppId id, AppSurroundings surroundings) {
    super(context);
    this.id = id;
    this.surroundings = surroundings;
    self = context.getSelf();
    surroundings.hosts().follow(self);
    dynos = new DynoActors(context, surroundings);
    rules = new AppDecider(surroundings.policy());
    conductor = new Conductor<>(rules, surroundings.placement(), new LastTold());
    ledger = ledger(context);
    context.scheduleOnce(Conductor.ORDER_AGAIN, self, new Due(new Signal.Wake.OrderAgain()));
  }

  private final class LastTold implements Conductor.Known {
    @Override
    public AppState app() {
      return requireNonNull(state);
    }

    @Override
    public Optional<DynoState> dyno(DynoId dyno) {
      return dynos.state(dyno);
    }
  }

  private ActorRef<Message<AppCommand, AppEvent, AppState>> ledger(ActorContext<Command> context) {
    ActorRef<Message<AppCommand, AppEvent, AppState>> actor =
        context.spawn(
            DeciderActor.create(
                PersistenceId.of("App", id.toString()),
                rules,
                surroundings.clock(),
                Policies.snapshotEvery(context.getSystem().settings().config()),
                (_, _) -> new AppExecutor(id, self, surroundings.logs())),
            "ledger");
    context.watchWith(actor, new LedgerEnded());
    return actor;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onAnyMessage(this::receive)
        .onSignal(PostStop.class, _ -> unfollow())
        .onSignal(PreRestart.class, _ -> unfollow())
        .build();
  }

  private Behavior<Command> unfollow() {
    surroundings.hosts().unfollow(self);
    return this;
  }

  /** Whoever asked for what the supervisor fails at is told so before it starts again. */
  private Behavior<Command> receive(Command message) {
    try {
      return hear(message);
    } catch (RuntimeException | AssertionError e) {
      if (message instanceof Asked<?> asked) {
        asked.fail(Failure.broken());
      }
      throw e;
    }
  }

  private Behavior<Command> hear(Command message) {
    switch (message) {
      case Leave() -> {
        return Behaviors.stopped();
      }
      case LedgerChanged(AppState now) -> ledgerChanged(now);
      case LedgerUnreadable(Failure why) -> failEarly(why);
      case LedgerEnded() -> ledger = ledger(getContext());
      case Command early when state == null -> beforeRecovery.add(early);
      case Wake() -> {}
      case Ask<?> ask -> answers().answer(ask);
      case Change<?> change ->
          ledger.tell(
              new Decide<>(
                  change.command(),
                  change.notAfter(),
                  outcome -> self.tell(new Answered(change, outcome))));
      case Answered(var change, var outcome) -> answers().changed(change, outcome);
      case TellDyno tell -> tellDyno(tell);
      case Run run -> conduct(new Signal.RunAsked<>(run, run.command()));
      case RunAnswered(Run run, var outcome) ->
          conduct(new Signal.RunDecided<>(run, run.command(), AppAnswers.verdict(run, outcome)));
      case Counted(DynoId asked, DynoState now) -> counted(asked, now);
      case Reservation(
              DynoId dyno,
              boolean kept,
              HostView before,
              HostView now,
              boolean drains) -> {
        surroundings.hosts().seen(now, drains);
        conduct(new Signal.PlaceAnswered<>(dyno, before, kept, drains));
      }
      case LedgerOrder(AppOrder order) -> conduct(new Signal.AppOrdered<>(order));
      case DynoOrdered(DynoId dyno, var order) -> conduct(new Signal.DynoOrdered<>(dyno, order));
      case DynoChanged(DynoId dyno, DynoState now) -> {
        dynos.changed(dyno, now);
        if (now instanceof Live live) {
          live.host().ifPresent(surroundings.hosts()::expect);
        }
        conduct(new Signal.DynoChanged<>(dyno));
      }
      case Placed(DynoId dyno) -> conduct(new Signal.Placed<>(dyno));
      case Unborn(DynoId dyno, Failure why) -> conduct(new Signal.Unborn<>(dyno, why));
      case DynoEnded(DynoId dyno) -> {
        if (dynos.remove(dyno)) {
          conduct(new Signal.DynoEnded<>(dyno));
        }
      }
      case RetirementJournaled(DynoId dyno) -> conduct(new Signal.Retired<>(dyno));
      case Report report -> conduct(new Signal.Reported<>(report.dyno(), report.report(), report));
      case Held held -> conduct(new Signal.HostHolds<>(held.dyno(), held.of(), held));
      case HostFound(HostId host) -> conduct(new Signal.HostFound<>(dynos.on(host)));
      case HostLost(HostId host) -> conduct(new Signal.HostLost<>(host, dynos.on(host)));
      case FreeNameIfAbsent(String name) -> conduct(new Signal.NameClaimed<>(name));
      case Due(var wake) -> conduct(new Signal.Due<>(wake));
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

  private void failEarly(Failure why) {
    beforeRecovery.removeIf(
        early -> {
          if (early instanceof Asked<?> asked) {
            asked.fail(why);
            return true;
          }
          return false;
        });
  }

  private void conduct(Signal<Waiting> signal) {
    conductor.on(signal, surroundings.clock().instant()).forEach(this::carryOut);
  }

  private void carryOut(Step<Waiting> step) {
    switch (step) {
      case Step.Decide<Waiting>(Waiting who, _, AppCommand command) -> {
        Run run = (Run) who;
        ledger.tell(
            new Decide<>(
                command, run.notAfter(), outcome -> self.tell(new RunAnswered(run, outcome))));
      }
      case Step.Count<Waiting>(DynoId asked) -> count(asked);
      case Step.Answer<Waiting>(Waiting who, Verdict verdict) ->
          answers().decided((Run) who, verdict);
      case Step.Launch<Waiting>(DynoSpec spec) -> launch(spec);
      case Step.Place<Waiting>(DynoId dyno, DynoCommand command) ->
          dynos.tell(dyno, new Decide<>(command, outcome -> placed(dyno, outcome)));
      case Step.Tell<Waiting>(DynoId dyno, DynoCommand command) ->
          dynos.tell(dyno, Decide.insisting(command));
      case Step.Pass<Waiting>(DynoId dyno, DynoCommand report, Waiting from) ->
          dynos.tell(dyno, new Decide<>(report, outcome -> take(from, outcome)));
      case Step.Resume<Waiting>(DynoId dyno) -> dynos.tell(dyno, new Resume<>());
      case Step.Retire<Waiting>(AppCommand.RetireDyno retire) ->
          ledger.tell(
              Decide.insisting(retire, _ -> self.tell(new RetirementJournaled(retire.id()))));
      case Step.Forget<Waiting>(DynoId dyno) -> {
        dynos.tell(dyno, new End<>()); // what it was told before is answered
        dynos.remove(dyno);
      }
      case Step.Dismiss<Waiting>(DynoId dyno, Waiting host) -> dismiss(dyno, host);
      case Step.LookForHosts<Waiting>(DynoId dyno, _) -> lookForHosts(dyno);
      case Step.AskPlace<Waiting>(HostId host, DynoId dyno, int generation, long bytes) ->
          tell(host, new HostAgent.Reserve(dyno, generation, bytes, self));
      case Step.ReleasePlace<Waiting>(HostId host, DynoId dyno, int generation) ->
          tell(host, new HostAgent.Release(dyno, generation));
      case Step.FreeName<Waiting>(String name) -> surroundings.freeName().accept(name, id);
      case Step.CarryOut<Waiting>(AppOrder order) -> carryOut(order);
      case Step.Later<Waiting>(Duration after, var wake) ->
          getContext().scheduleOnce(after, self, new Due(wake));
    }
  }

  private void carryOut(AppOrder order) {
    switch (order) {
      case AppOrder.Dismantle _ -> surroundings.logs().remove(id);
      case AppOrder.RemoveSlugs(List<SlugId> slugs) -> surroundings.removeSlugs().accept(slugs);
      case AppOrder.LaunchDyno _, AppOrder.StopDyno _ ->
          throw new AssertionError("the conductor's");
      case AppOrder.WriteLog _ -> throw new AssertionError("carried out by the ledger's executor");
    }
  }

  private void tell(HostId host, HostAgent.Command what) {
    surroundings.hosts().agent(host).ifPresent(agent -> agent.tell(what));
  }

  private void lookForHosts(DynoId dyno) {
    Signal<Waiting> seen;
    try {
      Hosts hosts = surroundings.hosts();
      boolean settled = hosts.settled(); // before it is looked who they are
      List<HostView> all = hosts.hosts();
      seen = new Signal.HostsSeen<>(dyno, all, all.size(), hosts.draining(), settled);
    } catch (RuntimeException e) { // a bug there ends nothing but this search
      getContext().getLog().error("the hosts cannot be told", e);
      seen = new Signal.HostsUnknown<>(dyno);
    }
    conduct(seen);
  }

  private void count(DynoId asked) {
    List<DynoId> all = dynos.all();
    uncounted.put(asked, all.size());
    for (DynoId dyno : all) {
      dynos.tell(dyno, new DeciderActor.Look<>(now -> self.tell(new Counted(asked, now))));
    }
  }

  private void counted(DynoId asked, DynoState now) {
    boolean ended = now instanceof Retired;
    int left = uncounted.merge(asked, -1, Integer::sum);
    if (left <= 0) {
      uncounted.remove(asked);
    }
    if (ended || left <= 0) {
      conduct(new Signal.Counted<>(asked, ended));
    }
  }

  private void placed(DynoId dyno, Outcome<DynoEvent, DynoState> outcome) {
    self.tell(
        outcome instanceof Outcome.Failed<DynoEvent, DynoState>(Failure why)
            ? new Unborn(dyno, why)
            : new Placed(dyno));
  }

  /** A host that is not told that its report was taken reports again. */
  private static void take(Waiting from, Outcome<DynoEvent, DynoState> outcome) {
    if (from instanceof Report report && !(outcome instanceof Outcome.Failed)) {
      report.host().tell(new HostAgent.Taken(report.dyno(), report.number()));
    }
  }

  private static void dismiss(DynoId dyno, Waiting host) {
    switch (host) {
      case Report report -> {
        report.host().tell(new HostAgent.Taken(dyno, report.number()));
        report.host().tell(new HostAgent.Finished(dyno));
      }
      case Held held -> held.host().tell(new HostAgent.Finished(dyno));
      case Run _ -> throw new AssertionError("no host");
    }
  }

  private AppAnswers answers() {
    return new AppAnswers(requireNonNull(state), dynos::state);
  }

  private void tellDyno(TellDyno asked) {
    Optional<DynoId> dyno = answers().dyno(asked.dyno());
    if (dyno.flatMap(dynos::state).isEmpty()) {
      asked.replyTo().tell(answers().ended(dyno, asked.command()));
      return;
    }
    dynos.tell(
        dyno.get(),
        new Decide<>(
            asked.command(),
            asked.notAfter(),
            outcome -> AppAnswers.told(asked, outcome))); // on the dyno's thread
  }

  private void launch(DynoSpec spec) {
    dynos.launch(
        spec,
        state instanceof App app
            ? app.release(spec.releaseVersion()).map(AppState.Release::config).orElse(Map.of())
            : Map.of());
  }
}
