package dev.dynode.actor;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.Recovery;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The one shell around every {@link Decider}: reads the clock, decides, journals, carries out the
 * orders, answers; after recovery it resumes. It knows no rule.
 */
public final class DeciderActor<C, E, S, O>
    extends EventSourcedBehavior<DeciderActor.Message<C, E, S>, E, S> {

  /** What the actor understands. */
  public sealed interface Message<C, E, S> {}

  /**
   * Decide a command.
   *
   * @param reply told the outcome on this actor's thread: may only send messages
   */
  public record Decide<C, E, S>(C command, Consumer<Outcome<E, S>> reply)
      implements Message<C, E, S> {
    public Decide(C command) {
      this(command, _ -> {});
    }
  }

  /** Do again what is open, as after a recovery: who was to do it may not have heard. */
  public record Resume<C, E, S>() implements Message<C, E, S> {}

  /** A deadline: the command is decided not before {@code at}. */
  record Due<C, E, S>(Object key, Instant at, C command) implements Message<C, E, S> {}

  /** The answer to a command, after its events are journaled. */
  public sealed interface Outcome<E, S> {
    record Accepted<E, S>(List<E> events, S state) implements Outcome<E, S> {}

    record Refused<E, S>(Refusal refusal) implements Outcome<E, S> {}
  }

  /** Carries out orders, on the actor's thread: must not block or throw. */
  public interface Executor<O, S> {
    /** The state after recovery, and after each journaled decision, before its orders. */
    void changed(S state);

    void execute(O order);
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

  private final Decider<C, E, S, O> decider;
  private final InstantSource clock;
  private final TimerScheduler<Message<C, E, S>> timers;
  private final Executor<O, S> executor;

  public static <C, E, S, O> Behavior<Message<C, E, S>> create(
      PersistenceId id,
      Decider<C, E, S, O> decider,
      InstantSource clock,
      Executors<C, E, S, O> executors) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new DeciderActor<>(id, decider, clock, context, timers, executors)));
  }

  private DeciderActor(
      PersistenceId id,
      Decider<C, E, S, O> decider,
      InstantSource clock,
      ActorContext<Message<C, E, S>> context,
      TimerScheduler<Message<C, E, S>> timers,
      Executors<C, E, S, O> executors) {
    super(
        id,
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(3), 0.2));
    this.decider = decider;
    this.clock = clock;
    this.timers = timers;
    this.executor = executors.make(context, new Alarms());
  }

  /** There are no snapshots, so none are looked for. */
  @Override
  public Recovery recovery() {
    return Recovery.withSnapshotSelectionCriteria(SnapshotSelectionCriteria.none());
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
                  case Decide<C, E, S>(C command, var reply) -> decide(state, command, reply);
                  case Resume<C, E, S> _ -> Effect().none().thenRun(this::resume);
                  case Due<C, E, S>(Object key, Instant at, C command) -> {
                    if (clock.instant().isBefore(at)) { // the clock was set back
                      new Alarms().arm(key, at, command);
                      yield Effect().none();
                    }
                    yield decide(state, command, _ -> {});
                  }
                });
  }

  private Effect<E, S> decide(S before, C command, Consumer<Outcome<E, S>> reply) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Decision<E> decision = decider.decide(before, command, now);
    List<E> events = decision.events();
    if (events.isEmpty()) {
      return Effect().none().thenRun(state -> reply.accept(outcome(decision, state)));
    }
    return Effect()
        .persist(events)
        .thenRun(
            state -> {
              executor.changed(state);
              react(before, events);
              reply.accept(outcome(decision, state));
            });
  }

  private static <E, S> Outcome<E, S> outcome(Decision<E> decision, S state) {
    return switch (decision) {
      case Decision.Refused<E>(Refusal refusal, _) -> new Outcome.Refused<>(refusal);
      case Decision.Accepted<E>(List<E> events) -> new Outcome.Accepted<>(events, state);
    };
  }

  private void resume(S state) {
    decider.resume(state, clock.instant()).forEach(executor::execute);
  }

  private void react(S before, List<E> events) {
    S state = before;
    for (E event : events) {
      state = decider.evolve(state, event);
      decider.react(event, state).forEach(executor::execute);
    }
  }

  @Override
  public EventHandler<S, E> eventHandler() {
    return newEventHandlerBuilder().forAnyState().onAnyEvent(decider::evolve);
  }

  @Override
  public SignalHandler<S> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> {
              executor.changed(state);
              resume(state);
            })
        .build();
  }
}
