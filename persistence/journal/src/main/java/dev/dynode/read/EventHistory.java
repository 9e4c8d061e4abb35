package dev.dynode.read;

import dev.dynode.journal.RocksReadJournal;
import java.time.Instant;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.Sequence;
import org.apache.pekko.stream.javadsl.Source;

/** What has been journaled so far. Each stream ends with the last event there when it started. */
public final class EventHistory {
  private final RocksReadJournal journal;

  public EventHistory(ClassicActorSystemProvider system) {
    journal =
        PersistenceQuery.get(system)
            .getReadJournalFor(RocksReadJournal.class, RocksReadJournal.IDENTIFIER);
  }

  /** Every event of one id in sequence; none if nobody of that id ever persisted. */
  public Source<EventRecord, NotUsed> of(String persistenceId) {
    return journal
        .currentEventsByPersistenceId(persistenceId, 1, Long.MAX_VALUE)
        .map(EventHistory::recorded);
  }

  /** Every event of every id in the order of the commits, from the given offset on (1: all). */
  public Source<EventRecord, NotUsed> all(long fromOffset) {
    return journal.currentEvents(Offset.sequence(fromOffset - 1)).map(EventHistory::recorded);
  }

  private static EventRecord recorded(EventEnvelope envelope) {
    return new EventRecord(
        envelope.persistenceId(),
        envelope.sequenceNr(),
        ((Sequence) envelope.offset()).value(),
        Instant.ofEpochMilli(envelope.timestamp()),
        envelope.event());
  }
}
