package dev.dynode.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The answer of a {@link Decider}: events to journal, or a refusal that changes nothing. */
public sealed interface Decision<E> {
  /** What to journal, in one write; it may be nothing. */
  List<E> events();

  /** Journal these, in one write. */
  record Accepted<E>(List<E> events) implements Decision<E> {
    public Accepted {
      events = List.copyOf(events);
    }
  }

  /** Nothing of what was asked for happens; tell the asker why. The events are about that alone. */
  record Refused<E>(Refusal refusal, List<E> events) implements Decision<E> {
    public Refused {
      events = List.copyOf(events);
    }
  }

  /**
   * What becomes of it for somebody who waits until that instant: what they were told has failed
   * must not happen afterwards. That it has happened already, or is refused anyway, is said at any
   * time.
   *
   * @param notAfter none where nobody waits
   */
  default Decision<E> unlessLate(Optional<Instant> notAfter, Instant now) {
    return events().isEmpty() || notAfter.filter(now::isAfter).isEmpty()
        ? this
        : refuse(Refusal.late());
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // List.of copies
  static <E> Decision<E> accept(E... events) {
    return new Accepted<>(List.of(events));
  }

  static <E> Decision<E> refuse(Refusal refusal) {
    return new Refused<>(refusal, List.of());
  }

  /** A refusal to remember. */
  static <E> Decision<E> refuse(Refusal refusal, E event) {
    return new Refused<>(refusal, List.of(event));
  }
}
