package dev.dynode.domain.history;

import java.util.Locale;

/**
 * Where a journal is not what the rules make of it.
 *
 * @param id persistence id, as {@code Dyno|<uuid>}; empty: of none
 * @param sequence number of the event where it began; 0: of none
 */
public record Divergence(Kind kind, String id, long sequence, String reason) {
  /** What is wrong. */
  public enum Kind {
    /** A row cannot be read, or there is none where one must be. */
    DAMAGED,
    /** Today's rules decide otherwise. */
    DECIDED,
    /** Two histories tell different things. */
    DISAGREES,
    /** A kept state is not the one its events lead to. */
    SNAPSHOT,
    /** An index of the journal does not fit its events. */
    INDEX,
    /** A live actor holds a state that its events never led to. */
    LIVE
  }

  @Override
  public String toString() {
    String where = sequence == 0 ? "" : " event " + sequence;
    String of = id.isEmpty() ? "" : " " + id;
    return kind.name().toLowerCase(Locale.ROOT) + of + where + ": " + reason;
  }
}
