package dev.dynode.domain;

import java.util.List;

/** The answer of a {@link Decider}: events to journal, or a refusal that changes nothing. */
public sealed interface Decision<E> {

  /** Journal these, in one write. */
  record Accepted<E>(List<E> events) implements Decision<E> {
    public Accepted {
      events = List.copyOf(events);
    }
  }

  /** Nothing happens; tell the asker why. */
  record Refused<E>(Refusal refusal) implements Decision<E> {}

  @SafeVarargs
  @SuppressWarnings("varargs") // List.of copies
  static <E> Decision<E> accept(E... events) {
    return new Accepted<>(List.of(events));
  }

  static <E> Decision<E> refuse(Refusal refusal) {
    return new Refused<>(refusal);
  }
}
