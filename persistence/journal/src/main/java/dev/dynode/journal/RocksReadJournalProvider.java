package dev.dynode.journal;

import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.ReadJournalProvider;
import org.apache.pekko.persistence.query.scaladsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.scaladsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.scaladsl.Source;

/** How Pekko finds {@link RocksReadJournal}, for Java and (Pekko demands it) for Scala. */
public final class RocksReadJournalProvider implements ReadJournalProvider {
  private final RocksReadJournal journal;

  public RocksReadJournalProvider(ExtendedActorSystem system) {
    journal = new RocksReadJournal(system);
  }

  @Override
  public RocksReadJournal javadslReadJournal() {
    return journal;
  }

  @Override
  public ForScala scaladslReadJournal() {
    return new ForScala(journal);
  }

  /** The same queries as Scala streams. */
  public static final class ForScala
      implements CurrentEventsByPersistenceIdQuery,
          EventsByPersistenceIdQuery,
          CurrentPersistenceIdsQuery {
    private final RocksReadJournal journal;

    private ForScala(RocksReadJournal journal) {
      this.journal = journal;
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
        String persistenceId, long from, long to) {
      return journal.currentEventsByPersistenceId(persistenceId, from, to).asScala();
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
        String persistenceId, long from, long to) {
      return journal.eventsByPersistenceId(persistenceId, from, to).asScala();
    }

    @Override
    public Source<String, NotUsed> currentPersistenceIds() {
      return journal.currentPersistenceIds().asScala();
    }
  }
}
