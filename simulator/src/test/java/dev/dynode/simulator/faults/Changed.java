package dev.dynode.simulator.faults;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import java.time.Instant;
import java.util.List;

/** Rules, to be listened to or broken. */
class Changed<C, E, S, O> implements Decider<C, E, S, O> {
  private final Decider<C, E, S, O> rules;

  Changed(Decider<C, E, S, O> rules) {
    this.rules = rules;
  }

  @Override
  public S initial() {
    return rules.initial();
  }

  @Override
  public Decision<E> decide(S state, C command, Instant now) {
    return rules.decide(state, command, now);
  }

  @Override
  public S evolve(S state, E event) {
    return rules.evolve(state, event);
  }

  @Override
  public List<O> react(E event, S after) {
    return rules.react(event, after);
  }

  @Override
  public List<O> resume(S state, Instant now) {
    return rules.resume(state, now);
  }
}
