package dev.dynode.bench.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The benchmark of a cluster measures real control nodes: here as little as shows that it works.
 */
@Timeout(600)
@Tag("cluster")
class ClusterBenchTest {
  private static final List<String> SERVER =
      List.of(
          ProcessHandle.current().info().command().orElseThrow(),
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:TieredStopAtLevel=1",
          "-cp",
          System.getProperty("java.class.path"),
          "dev.dynode.cli.Dynode",
          "server");
  private static final ClusterEffort LITTLE =
      new ClusterEffort(List.of(1), 2, 3, 5, 20, 8, 1, 10, 1, 0, 1, Duration.ofSeconds(8));

  @TempDir private Path folder;

  @Test
  void livesAndAdmissionsAreMeasuredAndTheDatabaseIsEmptyAgain() throws Exception {
    try (EmbeddedPostgres postgres =
            EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("database"))
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      String table;
      try (var bench = new ClusterBench(SERVER, url, LITTLE, _ -> {})) {
        table = bench.table();
      }
      assertTrue(table.contains("| durable lives of detached dynos, 1 control node |"), table);
      assertTrue(table.contains("| – events of each life | 8.0 |"), table);
      assertTrue(table.contains("| create of a dyno, 10 a second"), table);
      try (var schemas =
          statement.executeQuery(
              "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dynode%'")) {
        schemas.next();
        assertEquals(0, schemas.getInt(1));
      }
      statement.execute("CREATE TABLE mine (id INTEGER)");
      var refused =
          assertThrows(
              IOException.class, () -> new ClusterBench(SERVER, url, LITTLE, _ -> {}).close());
      assertTrue(String.valueOf(refused.getMessage()).contains("not empty"));
    }
  }
}
