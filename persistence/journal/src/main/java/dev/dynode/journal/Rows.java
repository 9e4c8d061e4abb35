package dev.dynode.journal;

import com.typesafe.config.Config;
import java.util.Iterator;
import java.util.Optional;

/**
 * Every row of a journal as it was at one moment, damaged ones included; nodes may go on writing.
 * Memory does not depend on how many there are. Not thread-safe.
 */
public interface Rows extends AutoCloseable {

  /** What a row says, or that it cannot be read. */
  sealed interface Row {
    /** An event. */
    record Event(StoredEvent event) implements Row {}

    /** A state that was kept. */
    record State(StoredSnapshot snapshot) implements Row {}

    /** The highest sequence number an id has ever had. */
    record Highest(String id, long sequence) implements Row {}

    /** The place of an event in the whole journal. */
    record Place(long offset, String id, long sequence) implements Row {}

    /**
     * Unreadable.
     *
     * @param id as far as it could be told
     * @param sequence as far as it could be told
     */
    record Damaged(String id, long sequence, String reason) implements Row {}
  }

  /**
   * Of a folder that no node uses; nothing is written to it.
   *
   * @param journal settings as under {@code dynode.journal}
   * @throws JournalUnavailable if there is none, or it cannot be opened
   */
  static Rows in(Config journal) {
    return RocksRows.in(JournalSettings.of(journal));
  }

  /** The offset of the last event. */
  long lastOffset();

  /** All events, those of an id together and in sequence. */
  Iterator<Row> events();

  /** The events of one id in sequence. */
  Iterator<Row> events(String id);

  /** The events of one id, the last one first. */
  Iterator<Row> backwards(String id);

  /** One event. */
  Optional<Row> event(String id, long sequence);

  /** What is kept of the highest sequence number of an id; 0: nothing. */
  long highest(String id);

  /** All ids. */
  Iterator<Row> ids();

  /** All places, in their order, from an offset on. */
  Iterator<Row> places(long from);

  /** All snapshots. */
  Iterator<Row> snapshots();

  @Override
  void close();
}
