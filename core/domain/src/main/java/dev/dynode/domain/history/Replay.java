package dev.dynode.domain.history;

import dev.dynode.domain.Decider;

/**
 * Retells a history event by event, by the rules that decided it. Keeps no more than the last
 * state. Not thread-safe.
 */
public final class Replay<E, S, O> {
  private final Decider<?, E, S, O> decider;
  private S state;
  private long sequence;

  public Replay(Decider<?, E, S, O> decider) {
    this.decider = decider;
    state = decider.initial();
  }

  /**
   * What the next event did.
   *
   * @throws IllegalStateException if it cannot follow the ones before
   */
  public Step<E, S, O> next(E event) {
    S before = state;
    state = decider.evolve(before, event);
    sequence++;
    return new Step<>(sequence, event, before, state, decider.react(event, state));
  }

  /** The state after the last event. */
  public S state() {
    return state;
  }
}
