package dev.dynode.domain;

import java.time.Instant;
import java.util.List;

/**
 * All business rules of one kind of thing. Every method is total, deterministic and pure: no I/O,
 * no clock, no randomness. Actors, the replay and the simulator run the same deciders.
 *
 * @param <C> commands: what somebody wants
 * @param <E> events: what happened, for ever
 * @param <S> state: what the events so far mean
 * @param <O> orders: what the world should be made to do
 */
public interface Decider<C, E, S, O> {
  /** The state before any event. */
  S initial();

  /** Answers a command with events (none: nothing to do) or a refusal. */
  Decision<E> decide(S state, C command, Instant now);

  /** What an event means. */
  S evolve(S state, E event);

  /** What to do about an event, once it is journaled; {@code after} is the state it led to. */
  List<O> react(E event, S after);

  /** What to do again after recovery. Every order is idempotent, so too much does no harm. */
  List<O> resume(S state, Instant now);

  /** The state after these events. */
  default S replay(Iterable<? extends E> events) {
    S state = initial();
    for (E event : events) {
      state = evolve(state, event);
    }
    return state;
  }
}
