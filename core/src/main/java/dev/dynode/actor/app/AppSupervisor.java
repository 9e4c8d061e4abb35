package dev.dynode.actor.app;

import static java.util.Objects.requireNonNull;

import dev.dynode.actor.DeciderActor;
import dev.dynode.actor.DeciderActor.Decide;
import dev.dynode.actor.DeciderActor.End;
import dev.dynode.actor.DeciderActor.Message;
import dev.dynode.actor.DeciderActor.Outcome;
import dev.dynode.actor.DeciderActor.Resume;
import dev.dynode.actor.Policies;
import dev.dynode.actor.dyno.DynoExecutor;
import dev.dynode.actor.host.HostAgent;
import dev.dynode.actor.host.HostSearch;
import dev.dynode.domain.Decision;
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
import dev.dynode.domain.id.SlugId;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.AppView;
import dev.dynode.port.Failure;
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
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
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
  /** How soon a host is looked for again for a dyno that was granted and has none. */
  private static final Duration PLACE_AGAIN = Duration.ofSeconds(1);

  /** How long dynos have to tell whether they have ended, before one is refused because of them. */
  private static final Duration COUNT = Duration.ofSeconds(1);

  /** How long a host has for what it was ordered before it is ordered again. */
  private static final Duration ORDER_AGAIN = Duration.ofSeconds(10);

  /** After a bug of its own: everything it knows is told anew by its children. */
  private static final SupervisorStrategy RESTART =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(20), Duration.ofSeconds(5), 0.2);

  /** What the supervisor understands. */
  public sealed interface Command {}

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

  public record Look(boolean whole, Optional<Instant> notAfter, ActorRef<Answer<AppView>> replyTo)
      implements Command, Asked<AppView> {}

  public record Change(
      AppCommand command, Optional<Instant> notAfter, ActorRef<Answer<AppView>> replyTo)
      implements Command, Asked<AppView> {}

  public record Run(
      AppCommand.RunDyno command, Optional<Instant> notAfter, ActorRef<Answer<DynoView>> replyTo)
      implements Command, Asked<DynoView> {}

  public record TellDyno(
      DynoId dyno,
      DynoCommand command,
      Optional<Instant> notAfter,
      ActorRef<Answer<DynoView>> replyTo)
      implements Command, Asked<DynoView> {}

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

  /** The ledger's events cannot be read now. */
  record LedgerUnreadable(Failure why) implements Command {}

  /** A dyno was granted, and its own first event could not be journaled. */
  public record Unborn(DynoId id, Failure why) implements Command {}

  private record LedgerEnded() implements Command {}

  private record DynoEnded(DynoId id) implements Command {}

  private record PlaceAgain(DynoId id) implements Command {}

  /** What came of looking for a host. */
  private record Searched(DynoId id, HostSearch.Result result) implements Command {}

  /** Nothing came of looking for a host, if no result did. */
  private record SearchEnded(DynoId id) implements Command {}

  /** A dyno that counts against the limit has told how it is. */
  private record Counted(DynoId asked, DynoState state) implements Command {}

  /** All that count have told, or had the time to. */
  private record CountedAll(DynoId asked) implements Command {}

  private record Answered(Change asked, Outcome<AppEvent, AppState> outcome) implements Command {}

  private record RunAnswered(Run asked, Outcome<AppEvent, AppState> outcome) implements Command {}

  private record DynoAnswered(TellDyno asked, Outcome<DynoEvent, DynoState> outcome)
      implements Command {}

  private record RetirementJournaled(DynoId id) implements Command {}

  /** Those that count against the limit, and how many have not told yet. */
  private static final class Count {
    private final List<Run> asked = new ArrayList<>();
    private int left;
    private boolean oneHasEnded;

    Count(Run asked, int left) {
      this.asked.add(asked);
      this.left = left;
    }
  }

  /** A dyno's actor and what it last said. */
  private record Child(
      ActorRef<Message<DynoCommand, DynoEvent, DynoState>> actor, @Nullable DynoState state) {}

  private final AppId id;
  private final ActorRef<Command> self;
  private final AppSurroundings surroundings;
  private final AppDecider rules;
  private ActorRef<Message<AppCommand, AppEvent, AppState>> ledger;
  private final Map<DynoId, Child> dynos = new HashMap<>();
  private final Map<DynoId, List<Run>> awaitingBirth = new HashMap<>();

  /** Who waits for a host to be found. */
  private final Map<DynoId, List<Run>> searching = new HashMap<>();

  /** Hosts that keep places for dynos which are not journaled there yet. */
  private final Map<DynoId, HostSearch.Result.Kept> kept = new HashMap<>();

  /** Who would be refused for dynos that may have ended. */
  private final Map<DynoId, Count> counts = new HashMap<>();

  /** Dynos whose first event could not be journaled once; it is tried again. */
  private final Set<DynoId> unborn = new HashSet<>();

  /** Dynos that were granted, and for which a host is being looked for. */
  private final Set<DynoId> placing = new HashSet<>();

  /** Dynos that are to be placed later, or when a host comes. */
  private final Set<DynoId> unplaced = new HashSet<>();

  /** Dynos whose hosts had something to do when it was last looked, and their states then. */
  private Map<DynoId, DynoState> awaitingHost = Map.of();

  private final List<Command> beforeRecovery = new ArrayList<>();
  private @Nullable AppState state;

  public static Behavior<Command> create(AppId id, AppSurroundings surroundings) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context ->
                    Behaviors.withTimers(
                        timers -> {
                          timers.startTimerWithFixedDelay(new OrderAgain(), ORDER_AGAIN);
                          return new AppSupervisor(context, id, surroundings);
                        })))
        .onFailure(Throwable.class, RESTART);
  }

  private AppSupervisor(ActorContext<Command> context, AppId id, AppSurroundings surroundings) {
    super(context);
    this.id = id;
    this.surroundings = surroundings;
    self = context.getSelf();
    surroundings.hosts().follow(self);
    rules = new AppDecider(surroundings.policy());
    ledger = ledger(context);
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
      return carryOut(message);
    } catch (RuntimeException | AssertionError e) {
      if (message instanceof Asked<?> asked) {
        asked.fail(Failure.broken());
      }
      throw e;
    }
  }

  private Behavior<Command> carryOut(Command message) {
    switch (message) {
      case Leave() -> {
        return Behaviors.stopped();
      }
      case LedgerChanged(AppState now) -> ledgerChanged(now);
      case LedgerUnreadable(Failure why) -> failEarly(why);
      case LedgerEnded() -> ledger = ledger(getContext());
      case Command early when state == null -> beforeRecovery.add(early);
      case Look(boolean whole, _, var replyTo) -> replyTo.tell(view(whole));
      case Change change ->
          ledger.tell(
              new Decide<>(
                  change.command(),
                  change.notAfter(),
                  outcome -> self.tell(new Answered(change, outcome))));
      case Answered(Change change, var outcome) -> answered(change, outcome);
      case Run run -> run(run);
      case RunAnswered(Run run, var outcome) -> runAnswered(run, outcome);
      case TellDyno tell -> tellDyno(tell);
      case DynoAnswered(TellDyno tell, var outcome) -> dynoAnswered(tell, outcome);
      case Unborn(DynoId dyno, Failure why) -> unborn(dyno, why);
      case DynoEnded(DynoId dyno) -> dynoEnded(dyno);
      case PlaceAgain(DynoId dyno) -> {
        if (unplaced.contains(dyno)) { // a host that came has not taken it meanwhile
          place(dyno);
        }
      }
      case Searched(DynoId dyno, var result) -> searched(dyno, result);
      case SearchEnded(DynoId dyno) -> searchEnded(dyno);
      case Counted(DynoId dyno, DynoState now) -> counted(dyno, now);
      case CountedAll(DynoId dyno) -> countedAll(dyno);
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
                      Decide.insisting(
                          new DynoCommand.ReportLost(
                              live.generation(), "Host " + host + " was lost"))));
      case OrderAgain() -> orderAgain();
      case LedgerOrder(AppOrder order) -> execute(order);
      case DynoChanged(DynoId dyno, DynoState now) -> dynoChanged(dyno, now);
      case DynoRetired(DynoId dyno, Ending ending, var status, Instant at) ->
          ledger.tell(
              Decide.insisting(
                  new AppCommand.RetireDyno(DynoDecider.SYSTEM, dyno, ending, status, at),
                  _ -> self.tell(new RetirementJournaled(dyno))));
      case RetirementJournaled(DynoId dyno) -> {
        Child child = dynos.remove(dyno);
        if (child != null) { // and what it was told before is answered
          child.actor().tell(new End<>());
        }
      }
      case FreeNameIfAbsent(String name) -> {
        if (!(state instanceof App app && app.name().equals(name))) {
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
                outcome -> {
                  if (!(outcome instanceof Outcome.Failed)) { // the host reports again
                    report.host().tell(new HostAgent.Taken(report.dyno(), report.number()));
                  }
                }));
  }

  private Answer<AppView> view(boolean whole) {
    return state instanceof App app && app.deletedAt().isEmpty()
        ? new Answer.Done<>(viewOf(whole ? app : app.brief()))
        : new Answer.Refused<>(Refusal.notFound("app"));
  }

  /** What a change made of the app: for a delete, the app that is gone. */
  private void answered(Change asked, Outcome<AppEvent, AppState> outcome) {
    switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) ->
          asked.replyTo().tell(new Answer.Refused<>(refusal));
      case Outcome.Failed<AppEvent, AppState>(Failure why) -> asked.fail(why);
      case Outcome.Accepted<AppEvent, AppState>(_, App app) ->
          asked.replyTo().tell(new Answer.Done<>(viewOf(app.brief())));
      case Outcome.Accepted<AppEvent, AppState> _ ->
          asked.replyTo().tell(new Answer.Refused<>(Refusal.notFound("app")));
    }
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

  /**
   * A host must keep a place before a dyno is granted, and nobody is refused for one that has
   * ended.
   */
  private void run(Run asked) {
    switch (rules.decide(requireNonNull(state), asked.command(), surroundings.clock().instant())) {
      case Decision.Accepted<AppEvent>(var events) when !events.isEmpty() -> search(asked);
      case Decision.Refused<AppEvent>(Refusal why, _)
          when why.reason() == Refusal.Reason.OVER_LIMIT ->
          count(asked);
      case Decision<AppEvent> _ -> decide(asked, asked.command());
    }
  }

  private void decide(Run asked, AppCommand command) {
    ledger.tell(
        new Decide<>(
            command, asked.notAfter(), outcome -> self.tell(new RunAnswered(asked, outcome))));
  }

  private void count(Run asked) {
    DynoId dyno = asked.command().id();
    Count before = counts.get(dyno);
    if (before != null) {
      before.asked.add(asked);
      return;
    }
    counts.put(dyno, new Count(asked, dynos.size()));
    dynos
        .values()
        .forEach(
            child ->
                child
                    .actor()
                    .tell(new DeciderActor.Look<>(now -> self.tell(new Counted(dyno, now)))));
    getContext().scheduleOnce(COUNT, self, new CountedAll(dyno));
  }

  private void counted(DynoId asked, DynoState now) {
    Count count = counts.get(asked);
    if (count != null) {
      count.oneHasEnded |= now instanceof Retired;
      if (--count.left == 0) {
        countedAll(asked);
      }
    }
  }

  /** Whoever has ended told so before it answered, and the ledger decides that first. */
  private void countedAll(DynoId dyno) {
    Count count = counts.remove(dyno);
    if (count == null) {
      return;
    }
    for (Run asked : count.asked) {
      if (count.oneHasEnded) {
        search(asked);
      } else {
        decide(asked, asked.command());
      }
    }
  }

  private void search(Run asked) {
    DynoId dyno = asked.command().id();
    List<Run> others = searching.get(dyno);
    if (others != null) {
      others.add(asked);
      return;
    }
    if (!(state instanceof App app)) {
      decide(asked, asked.command());
      return;
    }
    searching.put(dyno, new ArrayList<>(List.of(asked)));
    search(dyno, AppDecider.promised(app, asked.command().size()));
  }

  private void search(DynoId dyno, long bytes) {
    ActorRef<HostSearch.Command> search =
        getContext()
            .spawnAnonymous(
                HostSearch.create(
                    surroundings.hosts(),
                    surroundings.placement(),
                    dyno,
                    bytes,
                    result -> self.tell(new Searched(dyno, result))));
    getContext().watchWith(search, new SearchEnded(dyno));
  }

  /** After its result, or because of a bug. */
  private void searchEnded(DynoId dyno) {
    List<Run> waiting = searching.remove(dyno);
    if (waiting != null) {
      waiting.forEach(asked -> asked.fail(Failure.broken()));
    }
    if (placing.remove(dyno)) {
      placeLater(dyno, PLACE_AGAIN);
    }
  }

  private void searched(DynoId dyno, HostSearch.Result result) {
    placing.remove(dyno);
    if (result instanceof HostSearch.Result.Kept keeps) {
      kept.put(dyno, keeps);
    }
    List<Run> waiting = searching.remove(dyno);
    if (waiting != null) {
      waiting.forEach(
          asked ->
              decide(
                  asked,
                  result instanceof HostSearch.Result.Nowhere(Refusal why)
                      ? new AppCommand.RunNowhere(asked.command(), why)
                      : asked.command()));
    } else if (result instanceof HostSearch.Result.Nowhere) { // it was granted: until there is one
      placeLater(dyno, PLACE_AGAIN);
    } else {
      place(dyno);
    }
  }

  private void placeLater(DynoId dyno, Duration after) {
    unplaced.add(dyno);
    getContext().scheduleOnce(after, self, new PlaceAgain(dyno));
  }

  /** The place is not needed. */
  private void release(DynoId dyno) {
    HostSearch.Result.Kept keeps = kept.remove(dyno);
    if (keeps != null) {
      surroundings
          .hosts()
          .agent(keeps.host())
          .ifPresent(agent -> agent.tell(new HostAgent.Release(dyno)));
    }
  }

  private void runAnswered(Run asked, Outcome<AppEvent, AppState> outcome) {
    AppCommand.RunDyno command = asked.command();
    switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) -> {
        release(command.id());
        asked.replyTo().tell(new Answer.Refused<>(refusal));
      }
      case Outcome.Failed<AppEvent, AppState>(Failure why) -> {
        release(command.id());
        asked.fail(why);
      }
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
        if (known.isPresent() || !dyno.equals(command.id())) { // it was granted before
          release(command.id());
        }
        if (known.isPresent()) {
          asked.replyTo().tell(known.get());
        } else {
          awaitingBirth.computeIfAbsent(dyno, _ -> new ArrayList<>()).add(asked);
        }
      }
    }
  }

  /** It was granted, so it is tried again; who waits for it is told at the second failure. */
  private void unborn(DynoId dyno, Failure why) {
    if (!unborn.add(dyno)) {
      List<Run> waiting = awaitingBirth.remove(dyno);
      if (waiting != null) {
        Failure begun =
            Failure.mayBeDone("The dyno was granted, but cannot be started yet: " + why.message());
        waiting.forEach(asked -> asked.fail(begun));
      }
    }
    if (why.kind() == Failure.Kind.BROKEN) { // after the others it is told by the dyno's recovery
      placeLater(dyno, ORDER_AGAIN);
    }
  }

  /** Whatever ended it: its story is not over. */
  private void dynoEnded(DynoId dyno) {
    if (dynos.remove(dyno) != null) {
      onRoster(dyno);
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

  private void tellDyno(TellDyno asked) {
    Child child = dynos.get(asked.dyno());
    if (child != null) {
      child
          .actor()
          .tell(
              new Decide<>(
                  asked.command(),
                  asked.notAfter(),
                  outcome -> self.tell(new DynoAnswered(asked, outcome))));
    } else if (asked.command() instanceof DynoCommand.Attach) {
      asked
          .replyTo()
          .tell(
              new Answer.Refused<>(
                  Refusal.conflict("This dyno has ended; start another one to attach to.")));
    } else {
      asked
          .replyTo()
          .tell(
              known(asked.dyno()).orElseGet(() -> new Answer.Refused<>(Refusal.notFound("dyno"))));
    }
  }

  private static void dynoAnswered(TellDyno asked, Outcome<DynoEvent, DynoState> outcome) {
    switch (outcome) {
      case Outcome.Refused<DynoEvent, DynoState>(Refusal refusal) ->
          asked.replyTo().tell(new Answer.Refused<>(refusal));
      case Outcome.Failed<DynoEvent, DynoState>(Failure why) -> asked.fail(why);
      case Outcome.Accepted<DynoEvent, DynoState>(_, DynoState state) ->
          asked
              .replyTo()
              .tell(
                  switch (state) {
                    case Live live -> new Answer.Done<>(DynoView.of(live));
                    case Retired retired -> new Answer.Done<>(DynoView.of(retired));
                    case DynoState.Absent _ -> new Answer.Refused<>(Refusal.notFound("dyno"));
                  });
    }
  }

  private void execute(AppOrder order) {
    switch (order) {
      case AppOrder.LaunchDyno(_, DynoSpec spec) -> launch(spec);
      case AppOrder.StopDyno(String by, DynoId dyno, var cause) -> {
        Child child = dynos.get(dyno);
        if (child != null) {
          child.actor().tell(Decide.insisting(new DynoCommand.Stop(by, cause)));
        }
      }
      case AppOrder.Dismantle(String name) -> {
        surroundings.freeName().accept(name, id);
        surroundings.logs().remove(id);
      }
      case AppOrder.RemoveSlugs(List<SlugId> slugs) -> surroundings.removeSlugs().accept(slugs);
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
    ActorRef<Message<DynoCommand, DynoEvent, DynoState>> actor =
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
    getContext().watchWith(actor, new DynoEnded(spec.id()));
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
    if (child == null
        || !(state instanceof App app)
        || !app.roster().containsKey(dyno)
        || placing.contains(dyno)) {
      return;
    }
    Requested requested = app.roster().get(dyno);
    DynoSpec spec = requested.spec();
    HostSearch.Result.Kept keeps = kept.remove(dyno);
    if (keeps == null) {
      placing.add(dyno);
      search(dyno, DynoSize.of(spec).memoryBytes());
      return;
    }
    child
        .actor()
        .tell(
            new Decide<>(
                child.state() instanceof Live
                    ? new DynoCommand.Place(
                        DynoDecider.SYSTEM, keeps.host(), Optional.of(keeps.grounds()))
                    : new DynoCommand.Create(
                        requested.by(), spec, keeps.host(), Optional.of(keeps.grounds())),
                outcome -> {
                  if (outcome instanceof Outcome.Failed<DynoEvent, DynoState>(Failure why)) {
                    self.tell(new Unborn(dyno, why));
                  }
                }));
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
    unborn.remove(dyno);
    List<Run> waiting = awaitingBirth.remove(dyno);
    if (waiting != null) {
      known(dyno).ifPresent(answer -> waiting.forEach(asked -> asked.replyTo().tell(answer)));
    }
  }
}
