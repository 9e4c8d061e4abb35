package dev.dynode.simulator.run;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules that decide the same once: a conductor asks them what would be decided before it looks for
 * a place, and when it has one the very same is decided, mostly of the same state at the same
 * instant.
 */
record AskedTwice<C, E, S, O>(Decider<C, E, S, O> rules, Last<C, E, S> last)
    implements Decider<C, E, S, O> {

  /** The last question and its answer. */
  static final class Last<C, E, S> {
    private @Nullable S state;
    private @Nullable C command;
    private @Nullable Instant at;
    private @Nullable Decision<E> decision;
  }

  AskedTwice(Decider<C, E, S, O> rules) {
    this(rules, new Last<>());
  }

  @Override
  public S initial() {
    return rules.initial();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // to compare them would cost more than to decide again
  public Decision<E> decide(S state, C command, Instant now) {
    if (last.decision == null
        || last.state != state
        || last.command != command
        || !now.equals(last.at)) {
      last.decision = rules.decide(state, command, now);
      last.state = state;
      last.command = command;
      last.at = now;
    }
    return last.decision;
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
