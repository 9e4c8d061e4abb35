package dev.dynode.domain.history;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Decides a history again with today's rules and finds where they decide otherwise. An event names
 * what was asked for; asked again in the state before it, the rules must give the same events.
 * Keeps the last state and few events, however long the history. Not thread-safe.
 *
 * @param <E> events
 * @param <S> state
 */
public final class Review<E, S> {
  /** Events one decision has at the most. */
  private static final int LOOK_AHEAD = 4;

  private final Decider<?, E, S, ?> decider;
  private final Again<E, S> again;
  private final Deque<E> ahead = new ArrayDeque<>();
  private final Deque<E> expected = new ArrayDeque<>();
  private S state;
  private long sequence;
  private Optional<Finding> finding = Optional.empty();

  /** Decides again what led to the first of some events. */
  @FunctionalInterface
  interface Again<E, S> {
    /**
     * The decisions of whatever may have been asked for.
     *
     * @param next the event and those after it, as many as are known
     */
    List<Decision<E>> decide(S before, List<E> next);
  }

  /**
   * Where the rules and the history part.
   *
   * @param sequence number of the event
   */
  public record Finding(long sequence, String reason) {}

  Review(Decider<?, E, S, ?> decider, Again<E, S> again) {
    this.decider = decider;
    this.again = again;
    state = decider.initial();
  }

  public static Review<DynoEvent, DynoState> ofDyno() {
    return new Review<>(new DynoDecider(), DynoRedecision::decide);
  }

  public static Review<AppEvent, AppState> ofApp() {
    return new Review<>(AppRedecision.RULES, AppRedecision::decide);
  }

  /** Of the names of the apps. */
  public static Review<DirectoryEvent, AppDirectory.Names> ofNames() {
    return new Review<>(NamesRedecision.RULES, NamesRedecision::decide);
  }

  /** The next event. */
  public void add(E event) {
    ahead.add(event);
    if (ahead.size() >= LOOK_AHEAD) {
      next();
    }
  }

  /** No event follows. */
  public void end() {
    while (!ahead.isEmpty()) {
      next();
    }
    if (finding.isEmpty() && !expected.isEmpty()) {
      found(name(expected.getFirst()) + " should follow it");
    }
  }

  /** What was found first; then the rest is not looked at. */
  public Optional<Finding> finding() {
    return finding;
  }

  /** The state after the last event; for this {@link #end} must have been called. */
  public S state() {
    return state;
  }

  private void next() {
    List<E> next = List.copyOf(ahead);
    E event = ahead.remove();
    sequence++;
    if (finding.isPresent()) {
      return;
    }
    if (expected.isEmpty()) {
      expected.addAll(decision(next));
    }
    if (!expected.isEmpty() && finding.isEmpty()) {
      E wanted = expected.remove();
      if (!wanted.equals(event)) {
        found(Difference.between(event, wanted));
      }
    }
    try {
      state = decider.evolve(state, event);
    } catch (RuntimeException e) { // what it throws says that it cannot follow
      finding = Optional.empty();
      found(name(event) + " cannot follow " + name(state));
    }
  }

  /** The events of the decision that fits best. */
  private List<E> decision(List<E> next) {
    List<Decision<E>> decisions = again.decide(state, next);
    List<E> best = new ArrayList<>();
    for (Decision<E> decision : decisions) {
      List<E> events = decision.events();
      int known = Math.min(events.size(), next.size());
      if (!events.isEmpty() && events.subList(0, known).equals(next.subList(0, known))) {
        return events;
      }
      if (best.isEmpty()) {
        best.addAll(events);
      }
    }
    if (best.isEmpty() || best.getFirst().getClass() != next.getFirst().getClass()) {
      decisions.stream()
          .filter(Decision.Refused.class::isInstance)
          .map(refused -> ((Decision.Refused<E>) refused).refusal().message())
          .findFirst()
          .map(message -> "it would be refused today: " + message)
          .or(
              () ->
                  best.isEmpty()
                      ? Optional.of(name(next.getFirst()) + " would not happen in " + name(state))
                      : Optional.empty())
          .ifPresent(this::found);
    }
    return best;
  }

  private void found(String reason) {
    finding = Optional.of(new Finding(sequence, reason));
  }

  private static String name(Object part) {
    return part instanceof DynoState state
        ? "state " + DynoStory.word(state)
        : part.getClass().getSimpleName();
  }
}
