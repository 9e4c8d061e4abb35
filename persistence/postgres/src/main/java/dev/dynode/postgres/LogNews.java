package dev.dynode.postgres;

import dev.dynode.domain.id.AppId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears from the database which apps have new log lines. Thread-safe. */
final class LogNews implements AutoCloseable {
  static final String CHANNEL = "dynode_log";

  private static final Logger LOG = LoggerFactory.getLogger(LogNews.class);

  /** Should news be lost with a connection: how soon a follower looks all the same. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private static final int LISTEN_MILLIS = 500;

  private final Postgres postgres;
  private final ConcurrentMap<String, Set<Ear>> ears = new ConcurrentHashMap<>();
  private final Thread listener;
  private volatile boolean closed;

  LogNews(Postgres postgres) {
    this.postgres = postgres;
    listener = Thread.ofVirtual().name("log-news").unstarted(this::listen);
    listener.start();
  }

  /** Waits for news of one app. */
  final class Ear implements AutoCloseable {
    private final String app;
    private final Semaphore news = new Semaphore(0);

    private Ear(String app) {
      this.app = app;
    }

    /** Until there may be new lines. An interrupt stays set. */
    void await() {
      try {
        if (news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
          news.drainPermits();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      ears.computeIfPresent(
          app,
          (_, all) -> {
            all.remove(this);
            return all.isEmpty() ? null : all;
          });
    }
  }

  Ear of(AppId app) {
    var ear = new Ear(app.toString());
    ears.compute(
        ear.app,
        (_, all) -> {
          Set<Ear> now = all == null ? ConcurrentHashMap.newKeySet() : all;
          now.add(ear);
          return now;
        });
    return ear;
  }

  private void listen() {
    while (!closed) {
      try (Connection connection = postgres.connection()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("LISTEN " + CHANNEL);
        }
        PGConnection postgresql = connection.unwrap(PGConnection.class);
        try {
          while (!closed) {
            for (PGNotification heard : postgresql.getNotifications(LISTEN_MILLIS)) {
              ears.getOrDefault(heard.getParameter(), Set.of()).forEach(ear -> ear.news.release());
            }
          }
        } finally {
          try (Statement statement = connection.createStatement()) {
            statement.execute("UNLISTEN *");
          }
        }
      } catch (SQLException e) {
        if (!closed) {
          LOG.debug("no news of log lines", e);
          pause();
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LISTEN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      listener.join(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
