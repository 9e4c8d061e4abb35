package dev.dynode.postgres;

import java.sql.Connection;
import java.sql.SQLException;
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
  private CompletableFuture<Optional<String>> asked =
      CompletableFuture.completedFuture(Optional.empty());

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
      return now().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Optional.of("the journal waits for the database");
    } catch (ExecutionException e) {
      return Optional.of("the journal cannot ask the database: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** One at a time: what waits is not joined by more. */
  private synchronized CompletableFuture<Optional<String>> now() {
    if (asked.isDone()) {
      Future<Optional<String>> answer = database.io(this::ask);
      asked = FutureConverters.asJava(answer).toCompletableFuture();
    }
    return asked;
  }

  private Optional<String> ask() {
    try (Connection connection = database.source().createConnection()) {
      return connection.isValid((int) PATIENCE.toSeconds())
          ? Optional.empty()
          : Optional.of("the database does not answer the journal");
    } catch (SQLException e) {
      return Optional.of("the journal does not reach the database: " + e.getMessage());
    }
  }
}
