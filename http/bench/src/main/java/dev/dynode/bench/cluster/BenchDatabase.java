package dev.dynode.bench.cluster;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * A database that was empty, and is again once this is closed: the benchmark makes schemas of its
 * own in it. Thread-safe.
 */
final class BenchDatabase implements AutoCloseable {
  private static final String SCHEMA = "dynode_bench";

  private final String url;
  private final Properties parsed;

  /**
   * @throws IOException in one sentence, if it does not answer or is not empty
   */
  BenchDatabase(String url) throws IOException {
    this.url = url;
    Properties properties = Driver.parseURL(url, new Properties());
    if (properties == null) {
      throw new IOException("This is no address of a PostgreSQL database: " + url);
    }
    this.parsed = properties;
    long things =
        number(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN"
                + " ('information_schema', '"
                + SCHEMA
                + "')");
    if (things > 0) {
      throw new IOException(
          "The database is not empty: the benchmark takes one that it may fill and empty again.");
    }
    execute("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
  }

  /** An empty place in it. */
  void clear() throws IOException {
    execute(
        "SET client_min_messages = warning",
        "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE",
        "CREATE SCHEMA " + SCHEMA);
    execute("CHECKPOINT");
  }

  /** What nodes are given. */
  String url() {
    return url + (url.contains("?") ? "&" : "?") + "currentSchema=" + SCHEMA;
  }

  /** What PostgreSQL's own programs are given, and in which schema they are to work. */
  List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-h",
                parsed.getProperty("PGHOST", "localhost"),
                "-p",
                parsed.getProperty("PGPORT", "5432")));
    if (parsed.containsKey("user")) {
      options.addAll(List.of("-U", parsed.getProperty("user")));
    }
    options.add(parsed.getProperty("PGDBNAME"));
    return options;
  }

  Map<String, String> environment() {
    return Map.of(
        "PGOPTIONS", "-c search_path=" + SCHEMA, "PGPASSWORD", parsed.getProperty("password", ""));
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(url());
  }

  long number(String query) throws IOException {
    return (long) (double) numbers(query).getFirst();
  }

  /** The numbers in the first row of the answer. */
  List<Double> numbers(String query) throws IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      found.next();
      List<Double> numbers = new ArrayList<>();
      for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
        numbers.add(found.getDouble(i));
      }
      return numbers;
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  void execute(String... statements) throws IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    } catch (SQLException e) {
      throw new IOException("The database does not answer: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    execute("SET client_min_messages = warning", "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
  }
}
