package dev.dynode.simulator.faults;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.simulator.mutants.Trials;
import dev.dynode.simulator.run.Invariants.Broken;
import java.time.Instant;
import java.util.List;

/** Fault runs under whatever rules its own loader has loaded. */
public final class LoadedTrials implements Trials {
  private long history;
  private boolean words;

  @Override
  public Outcome of(long seed, boolean words) {
    this.words = words;
    history = 0;
    var rules =
        new FaultRun.Rules(
            new Heard<>(FaultRun.Rules.PRODUCTION.app()),
            new Heard<>(FaultRun.Rules.PRODUCTION.dyno()));
    try {
      int beside = FaultRun.run(Plan.of(seed), rules, false).said();
      history = words ? history : history * 31 + beside;
      return new Outcome(null, history);
    } catch (Broken broken) {
      return new Outcome(String.valueOf(broken.getMessage()), history);
    }
  }

  private void hear(Object said) {
    history = history * 31 + (words ? said.toString().hashCode() : said.hashCode());
  }

  /** Rules whose every word is heard. */
  private final class Heard<C, E, S, O> extends Changed<C, E, S, O> {
    Heard(Decider<C, E, S, O> rules) {
      super(rules);
    }

    @Override
    public Decision<E> decide(S state, C command, Instant now) {
      Decision<E> decision = super.decide(state, command, now);
      hear(decision);
      return decision;
    }

    @Override
    public List<O> react(E event, S after) {
      List<O> orders = super.react(event, after);
      hear(orders);
      return orders;
    }

    @Override
    public List<O> resume(S state, Instant now) {
      List<O> orders = super.resume(state, now);
      int sum = 0;
      for (O order : orders) { // timers come in any order
        sum += words ? order.toString().hashCode() : order.hashCode();
      }
      hear(sum);
      return orders;
    }
  }
}
