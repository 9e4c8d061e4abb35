package dev.dynode.postgres;

import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.id.AppId;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.RestartSettings;
import org.apache.pekko.stream.javadsl.RestartSource;

/** The names of all apps on a node of a cluster, a moment after they are journaled. Thread-safe. */
public final class NamesProjection implements Supplier<Map<String, AppId>> {
  private static final String DIRECTORY = "Directory|apps";
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final AppDirectory rules = new AppDirectory(Integer.MAX_VALUE);
  private volatile AppDirectory.Names names = rules.initial();
  private long read;

  /** Reads until the system ends; where the database does not answer, again and again. */
  public void start(ClassicActorSystemProvider system) {
    JdbcReadJournal journal =
        PersistenceQuery.get(system)
            .getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier());
    var _ =
        RestartSource.withBackoff(
                RestartSettings.create(FIRST_PAUSE, LONGEST_PAUSE, 0.2),
                () -> journal.eventsByPersistenceId(DIRECTORY, read + 1, Long.MAX_VALUE))
            .runForeach(
                envelope -> {
                  names = rules.evolve(names, (DirectoryEvent) envelope.event());
                  read = envelope.sequenceNr();
                },
                system);
  }

  @Override
  public Map<String, AppId> get() {
    return names.taken();
  }
}
