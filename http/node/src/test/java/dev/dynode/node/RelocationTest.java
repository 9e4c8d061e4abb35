package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cli.Programs;
import dev.dynode.postgres.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that was alone becomes one of a cluster: its dynos go on, and nothing is lost. */
@Timeout(600)
@Tag("cluster")
class RelocationTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String CONFIG =
      """
      dynode.cluster { lease = 40 s, host-lost-after = 55 s }
      dynode.api { streams.max-lines = 1000000, rate-limit { burst = 100000, per-minute = 100000 } }
      dynode.logs.kept-lines = 100000
      dynode.postgres.user = postgres
      """;
  private static final String COUNT = "i=0; while :; do i=$((i+1)); echo n-$i; sleep 0.05; done";

  @TempDir private Path folder;

  @AfterEach
  void endKeeper() throws Exception {
    if (Files.isDirectory(folder.resolve("local/keeper"))) {
      NodeProcess.killKeeper(folder.resolve("local"));
    }
  }

  private static Programs.Result dynode(String... words) throws Exception {
    return Programs.run(command(words), Map.of(), NOTHING);
  }

  private static List<String> command(String... words) {
    List<String> command = new ArrayList<>(NodeProgram.server());
    command.removeLast();
    command.addAll(List.of(words));
    return command;
  }

  private List<String> words(TestCluster cluster) {
    return command(
        "import",
        cluster.data("local").toString(),
        "--postgres",
        cluster.url(),
        "--config",
        folder.resolve("local.conf").toString());
  }

  private Programs.Result imported(TestCluster cluster) throws Exception {
    return Programs.run(words(cluster), Map.of(), NOTHING);
  }

  private static void refused(String sentence, Programs.Result result) {
    assertTrue(result.exit() != 0, result.text());
    assertTrue(result.err().contains("Error: " + sentence), result.err());
  }

  private static JsonNode run(NodeProcess node, String app, String command, int seconds)
      throws Exception {
    return node.post(
        "/apps/" + app + "/dynos",
        "{\"command\": \"%s\", \"time_to_live\": %d}".formatted(command, seconds));
  }

  private static boolean ended(NodeProcess node, String dyno) throws Exception {
    return node.get("/apps/demo/dynos/" + dyno).path("state").asText().equals("complete");
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  private static long pid(NodeProcess node, String app, String dyno) throws Exception {
    long pid = 0;
    for (JsonNode event : node.get("/apps/" + app + "/dynos/" + dyno + "/events")) {
      pid = Math.max(pid, event.path("details").path("pid").asLong());
    }
    return pid;
  }

  private static List<String> counted(NodeProcess node) throws Exception {
    return node.logLines("demo", 1_000_000).stream()
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .filter(line -> line.startsWith("n-"))
        .toList();
  }

  /** Killed amid its transaction, once the events are in. */
  private void killAnImport(TestCluster cluster) throws Exception {
    var config =
        ConfigFactory.parseMap(Map.of("dynode.postgres.url", cluster.url()))
            .withFallback(ConfigFactory.parseString(CONFIG))
            .withFallback(ConfigFactory.load());
    try (Postgres postgres = Postgres.open(config)) {
      postgres.migrate();
      try (Connection connection = postgres.connection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("LOCK TABLE slug_piece IN ACCESS EXCLUSIVE MODE");
        Process half =
            new ProcessBuilder(words(cluster))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("half.log").toFile())
                .start();
        eventually(
            "its events are written and it waits",
            () ->
                cluster.number(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted"
                            + " AND relation = 'slug_piece'::regclass")
                    == 1);
        half.destroyForcibly().waitFor();
        connection.rollback();
      }
    }
    assertEquals(0, cluster.number("SELECT count(*) FROM event_journal"));
  }

  @Test
  void aNodeAloneBecomesOneOfACluster() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG)) {
      Path data = cluster.data("local");
      NodeProcess alone = NodeProcess.start(data, CONFIG, "dynode.node.leave-dynos = true");
      String writer;
      JsonNode endedBefore;
      JsonNode writerBefore;
      long pid;
      long mortal;
      byte[] authority = Files.readAllBytes(alone.authority());
      try {
        alone.post("/apps", "{\"name\": \"demo\"}");
        alone.post("/apps", "{\"name\": \"other\"}");
        alone.json("PATCH", "/apps/demo/config-vars", "{\"GREETING\": \"hello\"}");
        Path code = Files.createDirectories(folder.resolve("code"));
        Files.writeString(code.resolve("said.txt"), "from the slug\n");
        Programs.Result deployed =
            dynode("deploy", code.toString(), "-a", "demo", "--data", data.toString());
        assertEquals(0, deployed.exit(), deployed.err());
        writer = run(alone, "demo", COUNT, 3_600).path("name").asText();
        String odd = run(alone, "demo", "echo odd; exit 73", 3_600).path("name").asText();
        eventually("it has ended", () -> ended(alone, odd));
        refused("Another node uses the data folder ", imported(cluster));
        String other = run(alone, "other", "sleep 100000", 12).path("name").asText();
        eventually("all run", () -> pid(alone, "other", other) > 0 && counted(alone).size() > 9);
        pid = pid(alone, "demo", writer);
        mortal = pid(alone, "other", other);
        endedBefore = alone.get("/apps/demo/dynos/" + odd + "/events");
        writerBefore = alone.get("/apps/demo/dynos/" + writer + "/events");
        alone.stop();
        assertTrue(alive(pid) && alive(mortal), "dynos ended with their node");

        killAnImport(cluster);
        Programs.Result done = imported(cluster);
        assertEquals(0, done.exit(), done.err());
        assertTrue(done.text().contains(" and 1 slugs imported in "), done.text());
        refused("The database is not empty ", imported(cluster));
        String url = cluster.url();
        refused(
            "The data folder " + data + " was imported into a database",
            dynode("server", "--data", data.toString()));
        refused(
            "The dynos of " + data + " are of the host \"local\"",
            dynode("server", "--data", data.toString(), "--postgres", url, "--host-name", "b"));

        NodeProcess node = cluster.start("local", "control,host,edge");
        eventually("an app nobody asked for lives: its dyno's time is over", () -> !alive(mortal));
        assertEquals(alone.token(), node.token());
        assertArrayEquals(authority, Files.readAllBytes(node.authority()));
        assertEquals(endedBefore, node.get("/apps/demo/dynos/" + odd + "/events"));
        assertEquals(73, node.get("/apps/demo/dynos/" + odd).path("exit_status").asInt());
        assertEquals("up", node.get("/apps/demo/dynos/" + writer).path("state").asText());
        assertTrue(alive(pid));
        int now = counted(node).size();
        eventually("its output goes on", () -> counted(node).size() > now + 20);

        JsonNode next = run(node, "demo", "echo $GREETING $(cat said.txt); exit 4", 3_600);
        String name = next.path("name").asText();
        assertFalse(List.of(writer, odd).contains(name), name);
        eventually("it has ended", () -> ended(node, name));
        assertEquals(4, node.get("/apps/demo/dynos/" + name).path("exit_status").asInt());
        node.post("/apps/demo/dynos/" + writer + "/actions/stop", "{}");
        eventually("it is stopped", () -> ended(node, writer));
        assertFalse(alive(pid));
        JsonNode story = node.get("/apps/demo/dynos/" + writer + "/events");
        for (int i = 0; i < writerBefore.size(); i++) {
          for (String part : List.of("sequence", "at", "by", "type", "generation", "details")) {
            assertEquals(writerBefore.get(i).get(part), story.get(i).get(part));
          }
        }
        List<String> lines = counted(node);
        assertEquals(
            IntStream.rangeClosed(1, lines.size()).mapToObj(i -> "n-" + i).toList(), lines);
        for (String said : List.of(": odd", ": hello from the slug")) {
          assertEquals(
              1, node.logLines("demo", 1_000_000).stream().filter(l -> l.endsWith(said)).count());
        }
        ClusterHistory.read(url, 50);
      } finally {
        alone.kill();
      }
    }
  }
}
