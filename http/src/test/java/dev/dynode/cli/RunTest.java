package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
  private static final byte[] NOTHING = new byte[0];

  @TempDir private Path folder = Path.of("");
  private TestNode node;

  @SuppressWarnings("NullAway.Init")
  RunTest() {}

  @BeforeEach
  void start() throws Exception {
    node = new TestNode(folder);
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  private Programs.Result run(byte[] input, String... words) throws Exception {
    List<String> command = Programs.dynode("run", "-a", "demo");
    command.addAll(List.of(words));
    return Programs.run(command, node.environment(), input);
  }

  @Test
  void everyByteAndTheExitStatusArrive() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    byte[] input = new byte[300_000];
    new Random(seed).nextBytes(input);
    input[input.length - 1] = 4; // data here, not an end
    Programs.Result result =
        run(input, "-e", "A=b c", "--size", "standard-2x", "--", "sh", "-c", "cat; exit 7");
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes("first ".getBytes(StandardCharsets.UTF_8));
    expected.writeBytes(input);
    assertArrayEquals(expected.toByteArray(), result.out(), "seed " + seed + result.err());
    assertEquals(7, result.exit(), result.err());
    assertTrue(
        result.err().matches("(?s)Running sh -c 'cat; exit 7' on demo... up, run.\\d+\n"),
        result.err());
    JsonNode asked = node.body("POST /apps/demo/dynos");
    assertEquals("sh -c 'cat; exit 7'", asked.path("command").asText());
    assertTrue(asked.path("attach").asBoolean() && asked.path("force_no_tty").asBoolean());
    assertEquals("b c", asked.path("env").path("A").asText());
    assertEquals("standard-2x", asked.path("size").asText());
    assertTrue(node.tokenLines.getFirst().endsWith("?half-close"), node.tokenLines.toString());
  }

  @Test
  void lostConnectionIs255AndSaysSo() throws Exception {
    node.breakConnections = true;
    Programs.Result result = run(NOTHING, "echo", "hi");
    assertEquals(255, result.exit());
    assertTrue(result.err().contains("was lost while it ran"), result.err());
  }

  @Test
  void anotherCaIsNotTrusted() throws Exception {
    try (TestNode other = new TestNode(folder.resolve("other"))) {
      Map<String, String> environment = new HashMap<>();
      environment.put("HEROKU_HOST", node.api());
      environment.put("HEROKU_API_KEY", TestNode.TOKEN);
      environment.put("NODE_EXTRA_CA_CERTS", other.data.resolve("tls/ca.pem").toString());
      List<String> command = Programs.dynode("run", "-a", "demo", "true");
      Programs.Result refused = Programs.run(command, environment, NOTHING);
      assertEquals(255, refused.exit(), refused.err());
      assertTrue(refused.err().contains("Cannot attach to run."), refused.err());
      assertTrue(node.requests.toString().contains("/actions/stop"), node.requests.toString());
      environment.put("NODE_EXTRA_CA_CERTS", node.data.resolve("tls/ca.pem").toString());
      Programs.Result trusted = Programs.run(command, environment, NOTHING);
      assertEquals(0, trusted.exit(), trusted.err());
    }
  }

  @Test
  void interruptClosesTheConnection() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(Programs.dynode("run", "-a", "demo", "--", "cat"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Programs.environment(builder, node.environment());
    Process client = builder.start();
    Programs.await("attached", () -> !node.tokenLines.isEmpty());
    client.destroy();
    assertTrue(client.waitFor(Programs.LIMIT.toSeconds(), TimeUnit.SECONDS));
    assertEquals(143, client.exitValue());
    Programs.await("connection closed", () -> node.requests.contains("end of input"));
  }

  @Test
  void mistakesAreOneLine() throws Exception {
    Programs.Result none = run(NOTHING);
    assertEquals(2, none.exit());
    assertEquals(1, none.err().lines().count(), none.err());
    Programs.Result unknown =
        Programs.run(Programs.dynode("ps", "-a", "ghost"), node.environment(), NOTHING);
    assertEquals("Error: Couldn't find that. (not_found)\n", unknown.err());
    assertEquals(1, unknown.exit());
    Programs.Result nobody =
        Programs.run(
            Programs.dynode("ps", "--data", folder.resolve("empty").toString()), Map.of(), NOTHING);
    assertEquals(1, nobody.exit());
    assertTrue(nobody.err().contains("start one with `dynode server`"), nobody.err());
  }

  @Test
  void logsAreTheDataOfTheStream() throws Exception {
    Programs.Result logs =
        Programs.run(
            Programs.dynode("logs", "-a", "demo", "-n", "5", "-d", "run"),
            node.environment(),
            NOTHING);
    assertEquals("one\ntwo\n", logs.text(), logs.err());
    assertEquals(5, node.body("POST /apps/demo/log-sessions").path("lines").asInt());
    assertEquals("run", node.body("POST /apps/demo/log-sessions").path("dyno").asText());
  }
}
