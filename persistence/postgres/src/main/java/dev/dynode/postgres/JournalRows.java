package dev.dynode.postgres;

import dev.dynode.domain.app.AppEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.jdbc.config.JournalConfig;
import org.apache.pekko.persistence.jdbc.journal.dao.DefaultJournalDao;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.stream.Materializer;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.util.Try;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * How the journal reaches its tables: as the plugin does, but whoever has just written the request
 * of a dyno knows that nothing is journaled of it, so that the first look for its events, the only
 * one in most lives, is spared. Should that ever be wrong, the primary key refuses what is written.
 * Made by the plugin, by name. Thread-safe.
 */
public final class JournalRows extends DefaultJournalDao {
  /** For so long nobody but this node can have written of the dyno. */
  private static final long FRESH_NANOS = 2_000_000_000;

  private static final int MOST = 10_000;

  private final Map<String, Long> fresh =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  /** Called by the plugin. */
  public JournalRows(
      JdbcBackend.JdbcDatabaseDef database,
      JdbcProfile profile,
      JournalConfig config,
      Serialization serialization,
      ExecutionContext dispatcher,
      Materializer materializer) {
    super(database, profile, config, serialization, dispatcher, materializer);
  }

  @Override
  public Future<scala.collection.immutable.Seq<Try<scala.runtime.BoxedUnit>>> asyncWriteMessages(
      scala.collection.immutable.Seq<AtomicWrite> writes) {
    for (AtomicWrite write : CollectionConverters.asJava(writes)) {
      for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
        if (event.payload() instanceof AppEvent.DynoRequested requested) {
          synchronized (fresh) {
            fresh.put("Dyno|" + requested.spec().id(), System.nanoTime());
          }
        }
      }
    }
    return super.asyncWriteMessages(writes);
  }

  @Override
  public Future<Object> highestSequenceNr(String id, long from) {
    Long written;
    synchronized (fresh) {
      written = fresh.remove(id);
    }
    return written != null && System.nanoTime() - written < FRESH_NANOS
        ? Future.successful(0L)
        : super.highestSequenceNr(id, from);
  }
}
