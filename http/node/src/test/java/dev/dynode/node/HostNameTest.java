package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One name, one live host. */
@Timeout(900)
@Tag("cluster")
class HostNameTest {
  private static final String CONFIG =
      """
      dynode.cluster { lease = 3 m, host-lost-after = 4 m, host-name-within = 2 s }
      """;

  @TempDir private Path folder;

  @Test
  void aSecondHostOfTheNameIsRefusedAndARestartedOneIsNot() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG, null)) {
      NodeProcess edge = cluster.start("one", "control,edge");
      cluster.start("host-a", "host");
      edge.post("/apps", "{\"name\": \"demo\"}");
      String dyno =
          edge.post("/apps/demo/dynos", "{\"command\": \"sleep 600\"}").path("id").asText();
      eventually("it runs", () -> state(edge, dyno).equals("up"));

      refused(cluster);
      cluster.kill("host-a");
      cluster.start("host-a", "host"); // its earlier life may still be in the cluster
      cluster.restartDatabase(true, Duration.ofMillis(100));
      eventually(
          "it holds its name again",
          () ->
              cluster.number(
                      "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                          + " WHERE locktype = 'advisory' AND application_name = 'dynode host host-a'")
                  == 1);
      refused(cluster);

      eventually("one host is known", () -> edge.get("/hosts").size() == 1);
      assertEquals("up", state(edge, dyno));
      JsonNode events = edge.get("/apps/demo/dynos/" + dyno + "/events");
      for (JsonNode event : events) {
        assertTrue(!event.path("type").asText().equals("Lost"), events::toString);
      }
    }
  }

  private static String state(NodeProcess edge, String dyno) throws Exception {
    return edge.get("/apps/demo/dynos/" + dyno).path("state").asText();
  }

  private static void refused(TestCluster cluster) {
    String said =
        String.valueOf(
            assertThrows(
                    IOException.class, () -> cluster.start("twin", "host", "--host-name", "host-a"))
                .getMessage());
    assertTrue(
        said.contains("Another node, at 127.0.0.1, is the host host-a already; give this one"),
        said);
  }
}
