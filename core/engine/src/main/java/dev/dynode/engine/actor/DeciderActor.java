package dev.dynode.engine.actor;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.BackoffSupervisorStrategy;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.JournalPersistFailed;
import org.apache.pekko.persistence.typed.JournalPersistRejected;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.RecoveryFailed;
import org.apache.pekko.persistence.typed.SnapshotFailed;
import org.apache.pekko.persistence.typed.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.Recovery;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The one shell around every {@link Decider}: reads the clock, decides, journals, carries out the
 * orders, answers; after recovery it resumes. It knows no rule.
 *
 * <p>Whatever fails fails one command alone: whoever asked for it is told at once, and the next is
 * decided by what is journaled. The actor never ends by a failure.
 */
public final class DeciderActor<C, E, S, O>
    extends EventSourcedBehavior<DeciderActor.Message<C, E, S>, E, S> {

  /** How soon it starts again, and how much later each time where that does not help. */
  private static final SupervisorStrategy RESTART =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(20), Duration.ofSeconds(2), 0.2);

  /** The same after a failed write or read: the disk or the database may need a moment. */
  private static final BackoffSupervisorStrategy AFTER_THE_JOURNAL =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(100), Duration.ofSeconds(3), 0.2);

  /** How soon it is tried again what the rules or the executor failed at. */
  private static final Duration AGAIN = Duration.ofSeconds(2);

  /** How often it is looked, after a failed write, whether commands are held up. */
  private static final Duration HAND_ON = Duration.ofMillis(200);

  private static final int REASON_CHARACTERS = 300;

  /** Commands that are journaled by one write at most. */
  private static final int TOGETHER = 100;

  /** What the actor understands. */
  public sealed interface Message<C, E, S> {}

  /**
   * Decide a command.
   *
   * @param notAfter when whoever asked waits no longer; nothing happens then
   * @param insist whether nobody would ask again: what fails is then tried until it is decided
   * @param reply told the outcome on this actor's thread: may only send messages
   */
  public record Decide<C, E, S>(
      C command, Optional<Instant> notAfter, boolean insist, Consumer<Outcome<E, S>> reply)
      implements Message<C, E, S> {
    public Decide(C command, Optional<Instant> notAfter, Consumer<Outcome<E, S>> reply) {
      this(command, notAfter, false, reply);
    }

    public Decide(C command, Consumer<Outcome<E, S>> reply) {
      this(command, Optional.empty(), false, reply);
    }

    /** Until it is decided, whatever fails meanwhile. */
    public static <C, E, S> Decide<C, E, S> insisting(C command, Consumer<Outcome<E, S>> reply) {
      return new Decide<>(command, Optional.empty(), true, reply);
    }

    public static <C, E, S> Decide<C, E, S> insisting(C command) {
      return insisting(command, _ -> {});
    }
  }

  /** Tell how it is, after what was asked for before. */
  public record Look<C, E, S>(Consumer<S> reply) implements Message<C, E, S> {}

  /** Do again what is open, as after a recovery: who was to do it may not have heard. */
  public record Resume<C, E, S>() implements Message<C, E, S> {}

  /** Stop, after what was asked for before. */
  public record End<C, E, S>() implements Message<C, E, S> {}

  /** A deadline: the command is decided not before {@code at}. */
  record Due<C, E, S>(Object key, Instant at, C command) implements Message<C, E, S> {}

  /** The rules or the executor failed at something a while ago. */
  private record Again<C, E, S>() implements Message<C, E, S> {}

  /** The answer to a command, after its events are journaled. */
  public sealed interface Outcome<E, S> {
    record Accepted<E, S>(List<E> events, S state) implements Outcome<E, S> {}

    record Refused<E, S>(Refusal refusal) implements Outcome<E, S> {}

    /** Something is broken. */
    record Failed<E, S>(Failure failure) implements Outcome<E, S> {}
  }

  /** Carries out orders, on the actor's thread: must not block. What it throws is tried again. */
  public interface Executor<O, S> {
    /** The state after recovery, and after each journaled decision, before its orders. */
    void changed(S state);

    void execute(O order);

    /** What is journaled cannot be read now; it is tried again. */
    default void unreadable(Failure why) {}
  }

  /** Timers of the actor, for executors. */
  public final class Alarms {
    public void arm(Object key, Instant at, C command) {
      Duration wait = Duration.between(clock.instant(), at);
      timers.startSingleTimer(
          key, new Due<>(key, at, command), wait.isNegative() ? Duration.ZERO : wait);
    }

    public void disarm(Object key) {
      timers.cancel(key);
    }
  }

  /** Makes the executor of one actor. */
  public interface Executors<C, E, S, O> {
    Executor<O, S> make(
        ActorContext<Message<C, E, S>> context, DeciderActor<C, E, S, O>.Alarms alarms);
  }

  private final PersistenceId id;
  private final Decider<C, E, S, O> decider;
  private final InstantSource clock;
  private final ActorContext<Message<C, E, S>> context;
  private final TimerScheduler<Message<C, E, S>> timers;
  private final Executor<O, S> executor;
  private final int mostWaiting;

  /** Not answered yet, in the order they are to be decided. What is not here is not decided. */
  private final Set<Decide<C, E, S>> waiting = new LinkedHashSet<>();

  private final int snapshotEvery;

  /** Events it has read or written. */
  private long events;

  /** Many were read that no state was kept of. */
  private boolean snapshotDue;

  private List<Decide<C, E, S>> beingWritten = List.of();

  /** Events of the last write that failed. */
  private int failedEvents;

  /** A write of several commands has failed: what it failed at may be one of them alone. */
  private boolean oneByOne;

  private boolean recoveredBefore;
  private boolean ending;

  /** One whose story is short: it is read whole each time. */
  public static <C, E, S, O> Behavior<Message<C, E, S>> create(
      PersistenceId id,
      Decider<C, E, S, O> decider,
      InstantSource clock,
      Executors<C, E, S, O> executors) {
    return create(id, decider, clock, 0, executors);
  }

  /**
   * One whose story may be long: its state is kept now and then, so that only what came after it
   * need be read. All events stay, and are read where such a state cannot be.
   *
   * @param snapshotEvery after so many events; 0: never
   */
  public static <C, E, S, O> Behavior<Message<C, E, S>> create(
      PersistenceId id,
      Decider<C, E, S, O> decider,
      InstantSource clock,
      int snapshotEvery,
      Executors<C, E, S, O> executors) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  var shell =
                      new DeciderActor<>(
                          id, decider, clock, snapshotEvery, context, timers, executors);
                  return Behaviors.intercept(
                      () -> shell.new Door(),
                      Behaviors.supervise(shell).onFailure(Throwable.class, RESTART));
                }));
  }

  private DeciderActor(
      PersistenceId id,
      Decider<C, E, S, O> decider,
      InstantSource clock,
      int snapshotEvery,
      ActorContext<Message<C, E, S>> context,
      TimerScheduler<Message<C, E, S>> timers,
      Executors<C, E, S, O> executors) {
    super(id, AFTER_THE_JOURNAL);
    this.snapshotEvery = snapshotEvery;
    this.id = id;
    this.decider = decider;
    this.clock = clock;
    this.context = context;
    this.timers = timers;
    this.executor = executors.make(context, new Alarms());
    mostWaiting =
        context.getSystem().settings().config().getInt("pekko.persistence.typed.stash-capacity");
  }

  /**
   * Notes every command before it is held back or lost by what is inside: Pekko forgets what it
   * holds when a write is rejected.
   */
  private final class Door extends BehaviorInterceptor<Message<C, E, S>, Message<C, E, S>> {
    @SuppressWarnings("unchecked")
    Door() {
      super((Class<Message<C, E, S>>) (Class<?>) Message.class);
    }

    @Override
    public Behavior<Message<C, E, S>> aroundReceive(
        TypedActorContext<Message<C, E, S>> in,
        Message<C, E, S> message,
        ReceiveTarget<Message<C, E, S>> inside) {
      if (message instanceof Decide<C, E, S> asked && !waiting.contains(asked)) {
        if (waiting.size() >= mostWaiting && !asked.insist()) {
          asked
              .reply()
              .accept(
                  new Outcome.Failed<>(
                      Failure.notDone("%d commands wait already.".formatted(waiting.size()))));
          return Behaviors.same();
        }
        waiting.add(asked);
      }
      ending |= message instanceof End<C, E, S>;
      return inside.apply(in, message);
    }
  }

  /** Where there are no snapshots, none are looked for: that would be a question for each dyno. */
  @Override
  public Recovery recovery() {
    return Recovery.withSnapshotSelectionCriteria(
        snapshotEvery > 0 ? SnapshotSelectionCriteria.latest() : SnapshotSelectionCriteria.none());
  }

  /** Two states may be there for a moment. */
  @Override
  public RetentionCriteria retentionCriteria() {
    return snapshotEvery > 0
        ? RetentionCriteria.snapshotEvery(snapshotEvery, 1)
        : RetentionCriteria.disabled();
  }

  /** Besides: at once where many events had to be read. */
  @Override
  public boolean shouldSnapshot(S state, E event, long sequence) {
    boolean due = snapshotDue;
    snapshotDue = false;
    return due;
  }

  @Override
  public S emptyState() {
    return decider.initial();
  }

  @Override
  public CommandHandler<Message<C, E, S>, E, S> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onAnyCommand(
            (state, message) ->
                switch (message) {
                  case Decide<C, E, S> asked -> decide(state, asked);
                  case Look<C, E, S>(var reply) -> Effect().none().thenRun(reply::accept);
                  case Resume<C, E, S> _ -> Effect().none().thenRun(this::resume);
                  case End<C, E, S> _ -> Effect().stop();
                  case Again<C, E, S> _ -> {
                    waiting.stream().filter(Decide::insist).forEach(context.getSelf()::tell);
                    yield Effect().none().thenRun(this::resume);
                  }
                  case Due<C, E, S>(Object key, Instant at, C command) -> {
                    if (clock.instant().isBefore(at)) { // the clock was set back
                      new Alarms().arm(key, at, command);
                      yield Effect().none();
                    }
                    var due = new Decide<C, E, S>(command, _ -> {});
                    waiting.add(due);
                    yield decide(state, due);
                  }
                });
  }

  private Effect<E, S> decide(S before, Decide<C, E, S> asked) {
    if (!waiting.contains(asked)) { // who asked was told that it has failed
      return Effect().none();
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var group = new ArrayList<Decided<C, E, S, O>>();
    S state = before;
    for (Decide<C, E, S> each : together(asked)) {
      try {
        Decided<C, E, S, O> one = decided(state, each, now);
        group.add(one);
        state = one.after();
      } catch (RuntimeException | AssertionError | StackOverflowError e) {
        if (!group.isEmpty()) {
          break; // it comes again by itself
        }
        context.getLog().error("the rules failed at a {}", asked.command().getClass(), e);
        fail(asked, Failure.broken());
        timers.startSingleTimer(Again.class, new Again<>(), AGAIN);
        return Effect().none();
      }
    }
    List<E> events = group.stream().flatMap(one -> one.decision().events().stream()).toList();
    if (events.isEmpty()) {
      return Effect().none().thenRun(_ -> group.forEach(this::done));
    }
    beingWritten = group.stream().map(Decided::asked).toList();
    failedEvents = events.size(); // unless it is told to be written
    return Effect()
        .persist(events)
        .thenRun(
            _ -> {
              beingWritten = List.of();
              failedEvents = 0;
              oneByOne = false;
              group.forEach(this::done);
            });
  }

  /**
   * The command, and those right behind it that wait for the same disk: many dynos that end at once
   * would each wait for the writes of all before it. Only such as are tried until they are decided,
   * for a write that fails fails all of them.
   */
  private List<Decide<C, E, S>> together(Decide<C, E, S> asked) {
    return asked.insist() && !oneByOne
        ? waiting.stream()
            .dropWhile(each -> !each.equals(asked))
            .takeWhile(Decide::insist)
            .limit(TOGETHER)
            .toList()
        : List.of(asked);
  }

  /** A command that is decided, and not yet journaled. */
  private record Decided<C, E, S, O>(
      Decide<C, E, S> asked, Decision<E> decision, List<O> orders, S after) {}

  /** Before anything is journaled: an event that the rules fail at would fail each recovery. */
  private Decided<C, E, S, O> decided(S before, Decide<C, E, S> asked, Instant now) {
    Decision<E> decision =
        decider.decide(before, asked.command(), now).unlessLate(asked.notAfter(), now);
    var orders = new ArrayList<O>();
    S state = before;
    for (E event : decision.events()) {
      state = decider.evolve(state, event);
      orders.addAll(decider.react(event, state));
    }
    return new Decided<>(asked, decision, orders, state);
  }

  private void done(Decided<C, E, S, O> one) {
    if (!one.decision().events().isEmpty()) {
      carryOut(one.after(), one.orders());
    }
    answer(one.asked(), outcome(one.decision(), one.after()));
  }

  private static <E, S> Outcome<E, S> outcome(Decision<E> decision, S state) {
    return switch (decision) {
      case Decision.Refused<E>(Refusal refusal, _) -> new Outcome.Refused<>(refusal);
      case Decision.Accepted<E>(List<E> events) -> new Outcome.Accepted<>(events, state);
    };
  }

  private void answer(Decide<C, E, S> asked, Outcome<E, S> outcome) {
    waiting.remove(asked);
    asked.reply().accept(outcome);
  }

  private void fail(Decide<C, E, S> asked, Failure failure) {
    if (asked.insist()) {
      waiting.remove(asked);
      waiting.add(asked); // the others first
    } else {
      answer(asked, new Outcome.Failed<>(failure));
    }
  }

  private void failWritten(Failure failure) {
    oneByOne |= beingWritten.size() > 1;
    beingWritten.forEach(each -> fail(each, failure));
    beingWritten = List.of();
  }

  private void resume(S state) {
    guarded(state, () -> execute(decider.resume(state, clock.instant())));
  }

  private void carryOut(S state, List<O> orders) {
    guarded(state, () -> executor.changed(state));
    execute(orders);
  }

  /** An order that fails holds up no other; all that is open is ordered again. */
  private void execute(List<O> orders) {
    for (O order : orders) {
      guarded(order, () -> executor.execute(order));
    }
  }

  private void guarded(Object what, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | AssertionError e) {
      context.getLog().error("not carried out: {}", what.getClass(), e);
      timers.startSingleTimer(Again.class, new Again<>(), AGAIN);
    }
  }

  @Override
  public EventHandler<S, E> eventHandler() {
    return newEventHandlerBuilder()
        .forAnyState()
        .onAnyEvent(
            (state, event) -> {
              events++;
              return decider.evolve(state, event);
            });
  }

  @Override
  public SignalHandler<S> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::recovered)
        .onSignal(
            RecoveryFailed.class,
            (_, signal) -> {
              Failure why =
                  Failure.notDone("What is journaled cannot be read" + because(signal.failure()));
              List.copyOf(waiting).forEach(asked -> fail(asked, why));
              executor.unreadable(why);
            })
        .onSignal(
            SnapshotFailed.class,
            (_, signal) ->
                context.getLog().warn("the state of {} is not kept", id, signal.failure()))
        .onSignal(
            JournalPersistRejected.class,
            (_, signal) ->
                failWritten(
                    Failure.notDone("The journal has not taken this" + because(signal.failure()))))
        .onSignal(
            JournalPersistFailed.class,
            (_, signal) ->
                failWritten(
                    Failure.mayBeDone(
                        "The journal failed while this was written" + because(signal.failure()))))
        .build();
  }

  /**
   * Of a write of several events that fails, Pekko hears once an event. All but the first are held
   * back over the restart, and each of them holds up the commands behind it until another message
   * has been handled: as many as there may be come at once, and more while somebody waits.
   */
  private void handOn() {
    for (; failedEvents > 1; failedEvents--) {
      context.getSelf().tell(new Look<>(_ -> {}));
    }
    if (!waiting.isEmpty()) {
      timers.startTimerWithFixedDelay(Look.class, new Look<>(this::stopHandingOn), HAND_ON);
    }
  }

  private void stopHandingOn(S state) {
    if (waiting.isEmpty()) {
      timers.cancel(Look.class);
    }
  }

  private void recovered(S state) {
    snapshotDue = snapshotEvery > 0 && events >= snapshotEvery;
    events = 0;
    guarded(state, () -> executor.changed(state));
    resume(state);
    if (recoveredBefore) { // what was held back may be forgotten
      handOn();
      List.copyOf(waiting).forEach(context.getSelf()::tell);
      if (ending) {
        context.getSelf().tell(new End<>());
      }
    }
    recoveredBefore = true;
  }

  private static String because(Throwable failure) {
    String why = failure.getMessage();
    return why == null
        ? "."
        : " (" + why.substring(0, Math.min(why.length(), REASON_CHARACTERS)) + ").";
  }
}
