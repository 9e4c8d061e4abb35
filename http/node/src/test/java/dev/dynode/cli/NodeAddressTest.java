package dev.dynode.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cli")
class NodeAddressTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aRunningNodeIsFoundAndAStaleFileIsNone() throws Exception {
    Path data;
    try (TestNode node = new TestNode(folder)) {
      data = node.data;
      NodeAddress address = NodeAddress.running(data).orElseThrow();
      assertEquals(node.api(), address.api().toString());
      assertEquals(TestNode.TOKEN, address.token());
      assertEquals(Optional.of(data.resolve("tls/ca.pem")), address.ca());
      Files.writeString(data.resolve(NodeAddress.CREDENTIALS), "another");
      assertTrue(NodeAddress.running(data).isEmpty(), "a node that refuses us is not ours");
      Files.writeString(data.resolve(NodeAddress.CREDENTIALS), TestNode.TOKEN);
      assertTrue(NodeAddress.running(data).isPresent());
    }
    Path file = data.resolve(NodeAddress.FILE);
    ObjectNode killed = (ObjectNode) Json.read(Files.readAllBytes(file));
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.write(file, Json.write(killed.put("pid", gone.pid())));
    assertTrue(NodeAddress.running(data).isEmpty(), "the node is gone, its file is still there");
    Process careless =
        new ProcessBuilder("bash", "-c", "sleep 0 & echo $!; exec sleep 1000").start();
    try (var out = careless.inputReader()) {
      Files.write(file, Json.write(killed.put("pid", Long.parseLong(out.readLine()))));
      assertTrue(NodeAddress.running(data).isEmpty(), "nobody has waited for its end");
    } finally {
      careless.destroyForcibly();
    }
    killed.put("pid", ProcessHandle.current().pid()).put("started_at", "2001-01-01T00:00:00Z");
    Files.write(file, Json.write(killed));
    assertTrue(NodeAddress.running(data).isEmpty(), "another process has its number");
    Files.writeString(data.resolve(NodeAddress.FILE), "{\"pid\": 1");
    assertTrue(NodeAddress.running(data).isEmpty(), "half a file");
    assertTrue(NodeAddress.running(folder.resolve("none")).isEmpty());
  }

  @Test
  void aNodeThatIsSlowIsNotTakenForNone() throws Exception {
    Path data;
    String address;
    try (TestNode node = new TestNode(folder)) {
      data = node.data;
      address = Files.readString(data.resolve(NodeAddress.FILE));
    }
    try (var busy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Files.writeString(
          data.resolve(NodeAddress.FILE),
          address.replaceAll("127.0.0.1:\\d+", "127.0.0.1:" + busy.getLocalPort()));
      var answers = new ArrayDeque<>(List.of("", "", "HTTP/1.1 200 OK", "HTTP/1.1 503 Busy"));
      answers.addAll(List.of("HTTP/1.1 429 Too Many", "HTTP/1.1 404 None"));
      Thread.ofVirtual().start(() -> answer(busy, answers));
      var waited = new AtomicInteger();
      var found = NodeAddress.running(data, Duration.ofSeconds(30), waited::incrementAndGet);
      assertTrue(found.isPresent());
      assertTrue(waited.get() > 0, "asked again until it answered");
      assertTrue(NodeAddress.running(data).isPresent(), "busy is not none");
      assertTrue(NodeAddress.running(data).isPresent(), "no more requests is not none");
      assertTrue(NodeAddress.running(data).isEmpty(), "somebody else's");
      CommandFailed silent =
          assertThrows(
              CommandFailed.class,
              () -> NodeAddress.running(data, Duration.ofMillis(300), () -> {}));
      assertTrue(Reason.of(silent).contains("has not answered for"), Reason.of(silent));
    }
  }

  /** One after the other; without one more, nothing. */
  private static void answer(ServerSocket server, Deque<String> answers) {
    while (true) {
      try (Socket client = server.accept()) {
        String answer = answers.isEmpty() ? "" : answers.poll();
        if (!answer.isEmpty()) {
          var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
          while (!in.readLine().isEmpty()) {
            // the headers
          }
          client
              .getOutputStream()
              .write((answer + "\r\nContent-Length: 2\r\n\r\n{}").getBytes(UTF_8));
        }
      } catch (IOException closed) {
        return;
      }
    }
  }

  @Test
  void theStockVariablesNameANode() {
    Map<String, String> full =
        Map.of(
            "HEROKU_HOST",
            "http://127.0.0.1:5100",
            "HEROKU_API_KEY",
            "t",
            "NODE_EXTRA_CA_CERTS",
            "/ca");
    assertEquals(Optional.of(Path.of("/ca")), NodeAddress.named(full).orElseThrow().ca());
    assertTrue(NodeAddress.named(Map.of("HEROKU_HOST", "http://127.0.0.1:5100")).isEmpty());
    assertTrue(
        NodeAddress.named(Map.of("HEROKU_HOST", "heroku.com", "HEROKU_API_KEY", "t")).isEmpty(),
        "a bare host is Heroku's own");
  }

  @Test
  void dataFolderFollowsXdg() {
    assertEquals(
        Path.of("/x/dynode"), NodeAddress.defaultData(Map.of("XDG_DATA_HOME", "/x", "HOME", "/h")));
    assertEquals(Path.of("/h/.local/share/dynode"), NodeAddress.defaultData(Map.of("HOME", "/h")));
  }
}
