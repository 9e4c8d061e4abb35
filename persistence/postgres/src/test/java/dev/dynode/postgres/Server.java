package dev.dynode.postgres;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL server for the tests of this JVM; every caller gets a database of its own. */
public final class Server {
  private static final EmbeddedPostgres SERVER = start();
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private Server() {}

  private static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.builder()
          .setServerConfig("max_connections", "200")
          .setServerConfig("fsync", "on") // as in every database that is not a test's
          .setServerConfig("full_page_writes", "on")
          .setServerConfig("synchronous_commit", "on")
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Configuration of a node on a new, empty database. */
  static Config config() {
    String name = "test" + DATABASES.incrementAndGet();
    try (Connection connection = SERVER.getPostgresDatabase().getConnection();
        var create = connection.createStatement()) {
      create.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    Config config =
        ConfigFactory.parseMap(
                Map.of(
                    "dynode.postgres.url",
                    SERVER.getJdbcUrl("postgres", name),
                    "dynode.postgres.user",
                    "postgres",
                    "pekko.loglevel",
                    "WARNING"))
            .withFallback(ConfigFactory.load());
    return Postgres.journalOf(config).resolve();
  }

  /** A migrated database. */
  static Postgres migrated(Config config) throws IOException {
    Postgres postgres = Postgres.open(config);
    postgres.migrate();
    return postgres;
  }
}
