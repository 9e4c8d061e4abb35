package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of real nodes over a real database. */
@Timeout(600)
@Tag("cluster")
class ClusterTest {
  private static final String CONFIG = "dynode.cluster { lease = 40 s, host-lost-after = 55 s }";

  /** Dynos that an app of this tier may have at one time, as it comes. */
  private static final int MOST = 50;

  @TempDir private Path folder;

  @Test
  void appsLiveOnControlNodesAndDynosOnHosts() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG)) {
      NodeProcess edge = cluster.start("one", "control,edge");
      cluster.startAll("host-a", "host-b");
      edge.post("/apps", "{\"name\": \"demo\"}");
      edge.json("PATCH", "/apps/demo/config-vars", "{\"GREETING\": \"hello\"}");
      JsonNode attached =
          edge.post("/apps/demo/dynos", "{\"command\": \"cat; exit 5\", \"attach\": true}");
      try (var session = new Dialled(edge, attached)) {
        session.type("a line\n");
        session.until("a line\r\n");
      }
      for (int i = 0; i < 4; i++) {
        JsonNode dyno =
            edge.post("/apps/demo/dynos", "{\"command\": \"echo $GREETING; exit " + i + "\"}");
        int status = i;
        eventually(
            "it has ended",
            () -> {
              JsonNode now = edge.get("/apps/demo/dynos/" + dyno.path("id").asText());
              return now.path("state").asText().equals("complete");
            });
        List<String> events = edge.events("demo", dyno.path("name").asText());
        assertTrue(events.contains("Exited"), status + " " + events);
      }
      eventually(
          "their output is in the log",
          () ->
              edge.logLines("demo").stream().filter(line -> line.endsWith(": hello")).count() == 4);
      assertEquals(
          2,
          cluster.number(
              "SELECT count(DISTINCT substring(encode(event_payload, 'escape') from 'host-[ab]'))"
                  + " FROM event_journal WHERE event_ser_manifest LIKE '%Placed%'"));
      longCommands(cluster.start("two", "edge"));
    }
  }

  /** As many dynos as an app may have, with commands as long as people write them. */
  private static void longCommands(NodeProcess edge) throws Exception {
    edge.post("/apps", "{\"name\": \"long\"}");
    String command = "sleep 100000 #" + "x".repeat(60_000);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      JsonNode dyno = edge.post("/apps/long/dynos", "{\"command\": \"%s\"}".formatted(command));
      names.add(dyno.path("name").asText());
    }
    JsonNode dynos = edge.get("/apps/long/dynos");
    assertEquals(MOST, dynos.size());
    for (JsonNode dyno : dynos) {
      assertEquals(command, dyno.path("command").asText());
    }
    JsonNode one = edge.get("/apps/long/dynos/" + names.getFirst());
    assertEquals(command, one.path("command").asText());
    edge.json("POST", "/apps/long/dynos/" + names.getFirst() + "/actions/stop", "{}");
    edge.json("POST", "/apps/long/formations/run/actions/stop", "{}");
    eventually("all were stopped", () -> edge.get("/apps/long/dynos").isEmpty());
    String id = "/apps/long/dynos/" + one.path("id").asText();
    assertEquals("stopped", edge.get(id).path("cause").asText());
    assertEquals(command, edge.get(id).path("command").asText());
  }

  @Test
  void clientsAttachThroughAnEdgeWhereHostsAreOutOfReach() throws Exception {
    try (var cluster = new TestCluster(folder, "dynode.rendezvous.through-edges = on\n" + CONFIG)) {
      NodeProcess edge = cluster.start("one", "control,edge");
      cluster.start("host-a", "host");
      edge.post("/apps", "{\"name\": \"demo\"}");
      JsonNode dyno =
          edge.post("/apps/demo/dynos", "{\"command\": \"cat; exit 5\", \"attach\": true}");
      String door = edge.ready().replaceFirst(".* rendezvous ([^,]+),.*", "$1");
      assertTrue(dyno.path("attach_url").asText().contains(door), dyno::toString);
      try (var session = new Dialled(edge, dyno)) {
        session.type("a line\n");
        session.until("a line\r\na line\r\n");
        session.type("\u0004");
        session.rest();
      }
      eventually(
          "its status is known",
          () ->
              edge.get("/apps/demo/dynos/" + dyno.path("id").asText()).path("exit_status").asInt()
                  == 5);
      try (var again = new Dialled(edge, dyno)) {
        assertTrue(again.rest().contains("ended"), "a token is good for one connection");
      }
    }
  }
}
