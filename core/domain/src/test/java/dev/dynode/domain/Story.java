package dev.dynode.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Given events, when a command is decided, then these events, orders or this refusal follow. */
public final class Story<C, E, S, O> {
  public static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

  private final Decider<C, E, S, O> rules;
  private final List<E> journal = new ArrayList<>();
  private final List<O> orders = new ArrayList<>();
  private S state;
  private Instant now = START;
  private Optional<Refusal> refusal = Optional.empty();

  public Story(Decider<C, E, S, O> rules) {
    this.rules = rules;
    this.state = rules.initial();
  }

  public Story<C, E, S, O> after(Duration time) {
    now = now.plus(time);
    return this;
  }

  /** Decides the command now and carries it into the journal. */
  public Story<C, E, S, O> when(C command) {
    refusal = Optional.empty();
    orders.clear();
    Decision<E> decision = rules.decide(state, command, now);
    if (decision instanceof Decision.Refused<E>(Refusal refused, _)) {
      refusal = Optional.of(refused);
    }
    for (E event : decision.events()) {
      journal.add(event);
      state = rules.evolve(state, event);
      orders.addAll(rules.react(event, state));
    }
    return this;
  }

  /** The node is started again on the same journal. */
  public Story<C, E, S, O> restart() {
    state = rules.replay(journal);
    orders.clear();
    orders.addAll(rules.resume(state, now));
    return this;
  }

  public Instant now() {
    return now;
  }

  public S state() {
    return state;
  }

  public List<E> journal() {
    return List.copyOf(journal);
  }

  public Optional<Refusal> refusal() {
    return refusal;
  }

  /** Names of all events so far, in order. */
  public List<String> names() {
    return journal.stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  /** What the last step ordered. */
  public List<O> orders() {
    return List.copyOf(orders);
  }

  public <T> List<T> orders(Class<T> kind) {
    return orders.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  public <T, R> List<R> orders(Class<T> kind, Function<T, R> part) {
    return orders(kind).stream().map(part).toList();
  }
}
