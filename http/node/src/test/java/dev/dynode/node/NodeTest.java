package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One node, from start to stop. */
@Timeout(600)
@Tag("process")
class NodeTest {
  @TempDir private Path folder;

  @Test
  void aDetachedDynoLeavesItsStoryInLogJournalAndApi() throws Exception {
    try (NodeProcess node = NodeProcess.start(folder.resolve("data"))) {
      node.post("/apps", "{\"name\": \"demo\"}");
      JsonNode dyno =
          node.post("/apps/demo/dynos", "{\"command\": \"echo hi; echo there >&2; exit 7\"}");
      assertEquals("starting", dyno.path("state").asText());
      String name = dyno.path("name").asText();
      assertTrue(name.matches("run\\.[1-9][0-9]{3}"), name);
      eventually(
          "it ends",
          () -> node.get("/apps/demo/dynos/" + name).path("state").asText().equals("complete"));
      assertEquals(7, node.get("/apps/demo/dynos/" + name).path("exit_status").asInt());
      assertEquals(0, node.get("/apps/demo/dynos").size());
      assertEquals(
          List.of("Created", "Placed", "Started", "BecameUp", "Exited", "Retired"),
          node.events("demo", name));
      String command = "`echo hi; echo there >&2; exit 7`";
      assertEquals(
          List.of(
              "app[api]: Initial release by user operator@dynode.local",
              "app[api]: Release v1 created by user operator@dynode.local",
              "app[api]: Starting process with command "
                  + command
                  + " by user operator@dynode.local",
              "heroku[" + name + "]: Starting process with command " + command,
              "heroku[" + name + "]: State changed from starting to up",
              "app[" + name + "]: hi",
              "app[" + name + "]: there",
              "heroku[" + name + "]: Process exited with status 7",
              "heroku[" + name + "]: State changed from up to complete"),
          sorted(node.logLines("demo")));
      eventually("its files are gone", () -> isEmpty(folder.resolve("data/dynos")));
    }
    assertFalse(Files.exists(folder.resolve("data/node.json")), "a stopped node is announced");
  }

  /** Lines of one moment may come in either order: the program's follow the manager's here. */
  private static List<String> sorted(List<String> lines) {
    List<String> app = lines.stream().filter(l -> l.matches("app\\[run.*")).toList();
    List<String> others = lines.stream().filter(l -> !l.matches("app\\[run.*")).toList();
    return java.util.stream.Stream.of(others.subList(0, 5), app, others.subList(5, others.size()))
        .flatMap(List::stream)
        .toList();
  }

  private static boolean isEmpty(Path folder) throws Exception {
    if (!Files.exists(folder)) {
      return true;
    }
    try (var entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  @Test
  void aSecondNodeOnTheSameDataIsRefusedInOneSentence() throws Exception {
    Path data = folder.resolve("data");
    try (NodeProcess node = NodeProcess.start(data)) {
      assertTrue(node.pid() > 0);
      try {
        NodeProcess.start(data).close();
        throw new AssertionError("a second node started");
      } catch (IOException e) {
        assertTrue(
            String.valueOf(e.getMessage()).contains("Another node uses the data folder"),
            e.getMessage());
      }
    }
  }

  @Test
  void stoppingTheNodeStopsItsDynosAndSaysSo() throws Exception {
    Path data = folder.resolve("data");
    String name;
    try (NodeProcess node = NodeProcess.start(data)) {
      node.post("/apps", "{\"name\": \"demo\"}");
      name = node.post("/apps/demo/dynos", "{\"command\": \"sleep 1000\"}").path("name").asText();
      eventually("it runs", () -> node.events("demo", name).contains("Started"));
    }
    try (NodeProcess node = NodeProcess.start(data)) {
      JsonNode dyno = node.get("/apps/demo/dynos/" + name);
      assertEquals("complete", dyno.path("state").asText());
      assertEquals(143, dyno.path("exit_status").asInt());
      assertEquals("stopped", dyno.path("cause").asText());
    }
  }

  /** Half-open connections, tokens of nobody and of yesterday, and one who never reads. */
  @Test
  void badClientsStopNobody() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (NodeProcess node =
        NodeProcess.start(folder.resolve("data"), "dynode.rendezvous.token-timeout = 1 s")) {
      node.post("/apps", "{\"name\": \"demo\"}");
      JsonNode endless = attached(node, "yes");
      URI address = URI.create(endless.path("attach_url").asText());
      for (int i = 0; i < 1000; i++) {
        silent.add(new Socket(address.getHost(), address.getPort()));
      }
      var deaf = new Dialled(node, endless);
      refused(node, endless);
      ObjectNode wrong = endless.deepCopy();
      wrong.put("attach_url", address.resolve("/wrong").toString());
      refused(node, wrong);
      for (String body : List.of("{", "[]", "{\"command\": 7}", "{\"command\": \"\"}")) {
        assertEquals(4, node.call("POST", "/apps/demo/dynos", body).statusCode() / 100, body);
      }
      JsonNode good = attached(node, "echo served");
      try (var client = new Dialled(node, good)) {
        assertTrue(client.rest().contains("served"));
      }
      assertEquals("up", node.get("/apps/demo/dynos/" + name(endless)).path("state").asText());
      deaf.close();
      node.post("/apps/demo/dynos/" + name(endless) + "/actions/stop", "{}");
      eventually("all have ended", () -> node.get("/apps/demo/dynos").isEmpty());
      assertFalse(node.log().contains("ERROR"), node.log());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static void refused(NodeProcess node, JsonNode dyno) throws Exception {
    try (var client = new Dialled(node, dyno)) {
      String said = client.rest();
      assertTrue(said.contains("token"), said);
    }
  }

  private static JsonNode attached(NodeProcess node, String command) throws Exception {
    return node.post("/apps/demo/dynos", "{\"attach\": true, \"command\": \"" + command + "\"}");
  }

  private static String name(JsonNode dyno) {
    return dyno.path("name").asText();
  }
}
