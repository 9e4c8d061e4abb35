package dev.dynode.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.persistence.jdbc.db.SlickExtension;
import org.apache.pekko.persistence.jdbc.db.SlickExtensionImpl;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import slick.jdbc.JdbcBackend;

/**
 * Whether the journal reaches the database by its own threads and connections: others may have been
 * made anew while these still wait. Thread-safe.
 */
public final class JournalPulse {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final JdbcBackend.JdbcDatabaseDef database;
  private CompletableFuture<Boolean> asked = CompletableFuture.completedFuture(true);

  /** Of a node that keeps its journal in the database. */
  public JournalPulse(ClassicActorSystemProvider system) {
    var extension = (SlickExtensionImpl) SlickExtension.get(system);
    database =
        extension
            .database(system.classicSystem().settings().config().getConfig("jdbc-journal"))
            .database();
  }

  /** Why it does not, if so; waits two seconds at most. */
  public Optional<String> trouble() {
    try {
      return now().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          ? Optional.empty()
          : Optional.of("the database does not answer the journal");
    } catch (TimeoutException e) {
      return Optional.of("the journal waits for the database");
    } catch (ExecutionException e) {
      return Optional.of("the journal does not reach the database: " + e.getCause().getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** One at a time: what waits is not joined by more. */
  private synchronized CompletableFuture<Boolean> now() {
    if (asked.isDone()) {
      Future<Boolean> answer = database.io(this::answers);
      asked = FutureConverters.asJava(answer).toCompletableFuture();
    }
    return asked;
  }

  private boolean answers() {
    try (Connection connection = database.source().createConnection()) {
      return connection.isValid((int) PATIENCE.toSeconds());
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
