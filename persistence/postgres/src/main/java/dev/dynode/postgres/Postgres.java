package dev.dynode.postgres;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import dev.dynode.port.Standing;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.actor.setup.Setup;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * The database of a cluster, with connections of its own for what is not the journal plugin's.
 * Thread-safe.
 */
public final class Postgres implements Extension, AutoCloseable {
  private static final Id ID = new Id();
  private static final int ANSWER_SECONDS = 2;
  private static final Duration SESSION_ANSWERS = Duration.ofSeconds(5);
  private static final String URL = "dynode.postgres.url";

  private final Config settings;
  private final HikariDataSource connections;
  private volatile @Nullable BootstrapLock cluster;

  private Postgres(Config postgres) {
    settings = postgres;
    connections = new HikariDataSource(pool(postgres));
  }

  private static HikariConfig pool(Config postgres) {
    var settings = new HikariConfig();
    settings.setPoolName("dynode");
    settings.setJdbcUrl(postgres.getString("url"));
    settings.setUsername(postgres.getString("user"));
    settings.setPassword(postgres.getString("password"));
    settings.setMaximumPoolSize(postgres.getInt("connections"));
    settings.setMinimumIdle(1);
    settings.setConnectionTimeout(postgres.getDuration("connect-within").toMillis());
    settings.setValidationTimeout(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
    settings.setInitializationFailTimeout(-1);
    Guarded.by(postgres, postgres.getDuration("answer-within"))
        .forEach(settings::addDataSourceProperty);
    return settings;
  }

  /** The database of a node that has one. */
  public static Optional<Postgres> in(ClassicActorSystemProvider system) {
    return configured(system.classicSystem().settings().config())
        ? Optional.of(ID.get(system))
        : Optional.empty();
  }

  /** Has an actor system use a database that is open, and leave it open. */
  public Setup setup() {
    return new Opened(this);
  }

  private static final class Opened extends Setup {
    private final Postgres postgres;

    private Opened(Postgres postgres) {
      this.postgres = postgres;
    }
  }

  /** Whether this configuration names a database. */
  public static boolean configured(Config config) {
    return !config.getString(URL).isEmpty();
  }

  /** The database a configuration names; to be closed. */
  public static Postgres open(Config config) {
    return new Postgres(config.getConfig("dynode.postgres"));
  }

  /** The same configuration, of a node that keeps its journal in the database it names. */
  public static Config journalOf(Config config) {
    Config postgres = config.getConfig("dynode.postgres");
    String driver = "pekko-persistence-jdbc.shared-databases.slick.db.properties";
    return ConfigFactory.parseMap(
            Map.of(driver, Guarded.by(postgres, postgres.getDuration("answer-within"))))
        .withFallback(ConfigFactory.parseResources(Postgres.class, "postgres.conf"))
        .withFallback(config);
  }

  /**
   * Makes the schema, or brings it up to date; several nodes may do so at once.
   *
   * @throws IOException in one sentence, where the database does not answer, is a newer one, or may
   *     lose what it acknowledged
   */
  public void migrate() throws IOException {
    try {
      Flyway.configure(Postgres.class.getClassLoader())
          .dataSource(source(settings.getDuration("long-answer-within")))
          .locations("classpath:dev/dynode/postgres")
          .failOnMissingLocations(true)
          .table("dynode_schema")
          .load()
          .migrate();
    } catch (FlywayException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "The database " + connections.getJdbcUrl() + " cannot be used: " + cause.getMessage(), e);
    }
    checkDurable();
  }

  /** Why it does not answer now, if so. */
  public Optional<String> trouble() {
    try (Connection connection = connections.getConnection()) {
      return connection.isValid(ANSWER_SECONDS)
          ? Optional.empty()
          : Optional.of("the database does not answer");
    } catch (SQLException e) {
      return Optional.of("the database does not answer: " + e.getMessage());
    }
  }

  /** A database that may forget what it has acknowledged is none to journal in. */
  private void checkDurable() throws IOException {
    try (Connection connection = connections.getConnection();
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
        try (ResultSet value = statement.executeQuery("SHOW " + setting)) {
          value.next();
          if (value.getString(1).equals("off")) {
            throw new IOException(
                "The database has %s = off, so it may lose what it has acknowledged; set it to on."
                    .formatted(setting));
          }
        }
      }
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  /** A connection of the pool, to be closed. */
  public Connection connection() throws SQLException {
    return connections.getConnection();
  }

  /** The same for what takes its time: whole histories, copies, waiting for other nodes. */
  Connection patient() throws SQLException {
    Connection connection = connections.getConnection();
    connection.setNetworkTimeout(
        Runnable::run, Math.toIntExact(settings.getDuration("long-answer-within").toMillis()));
    return connection;
  }

  /** A connection outside the pool, to be kept for long and closed; its answers are short. */
  Connection session() throws SQLException {
    return source(SESSION_ANSWERS).getConnection();
  }

  private DataSource source(Duration answer) {
    var properties = new Properties();
    properties.putAll(Guarded.by(settings, answer));
    return new DriverDataSource(
        connections.getJdbcUrl(),
        null,
        properties,
        connections.getUsername(),
        connections.getPassword());
  }

  /** What the database says of this node, for whoever may have to know before it is a member. */
  public Standing standing() {
    return new Standing() {
      @Override
      public Duration confirmedAgo() {
        BootstrapLock one = cluster;
        return one == null ? ChronoUnit.FOREVER.getDuration() : one.confirmedAgo();
      }

      @Override
      public long cluster() {
        BootstrapLock one = cluster;
        return one == null ? 0 : one.number();
      }
    };
  }

  /** For how long a database that has stopped to answer this member has not; does not wait. */
  public Optional<Duration> silence() {
    BootstrapLock one = cluster;
    return one != null && one.lost() ? Optional.of(one.confirmedAgo()) : Optional.empty();
  }

  /**
   * The one cluster of this database, for a node that wants to be in it; closed with this.
   *
   * @param address host and port at which other nodes reach it
   * @param over run when the cluster it is a member of is found to be over; may run more than once
   * @throws IOException in one sentence, where the database does not answer
   */
  public BootstrapLock cluster(String address, Consumer<ClusterOver> over) throws IOException {
    try {
      var one = new BootstrapLock(this, address, over);
      cluster = one;
      return one;
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    BootstrapLock one = cluster;
    if (one != null) {
      one.close();
    }
    connections.close();
  }

  private static final class Id extends AbstractExtensionId<Postgres>
      implements ExtensionIdProvider {
    @Override
    public Postgres createExtension(ExtendedActorSystem system) {
      Optional<Opened> opened = system.settings().setup().get(Opened.class);
      if (opened.isPresent()) {
        return opened.get().postgres;
      }
      Postgres postgres = open(system.settings().config());
      system.registerOnTermination((Runnable) postgres::close);
      return postgres;
    }

    @Override
    public Id lookup() {
      return this;
    }
  }
}
