package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cli")
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
  void anAppThatWasNamedIsNotMadeByASlipOfThePen() throws Exception {
    List<String> named = Programs.dynode("run", "-a", "dmeo", "true");
    Programs.Result result = Programs.run(named, node.environment(), NOTHING);
    assertEquals(2, result.exit(), "as the stock command");
    assertTrue(result.err().startsWith("Error: Couldn't find that app."), result.err());
    Map<String, String> variable = new HashMap<>(node.environment());
    variable.put("HEROKU_APP", "dmeo");
    assertEquals(2, Programs.run(Programs.dynode("run", "true"), variable, NOTHING).exit());
    assertFalse(node.requests.contains("POST /apps"), node.requests.toString());
    Path fresh = Files.createDirectory(folder.resolve("fresh"));
    Programs.Result unnamed = in(fresh, Map.of(), "run", "true");
    assertTrue(node.requests.contains("POST /apps"), "a folder's own app is: " + unnamed.err());
  }

  private Programs.Result in(Path here, Map<String, String> more, String... words)
      throws Exception {
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", "cd \"$0\" && exec \"$@\"", here.toString()));
    List<String> dynode = Programs.dynode(words);
    dynode.add(1, "-Ddynode.launcher=" + folder.resolve("clone/demo/bin/dynode"));
    command.addAll(dynode);
    Map<String, String> environment = new HashMap<>(node.environment());
    environment.putAll(more);
    return Programs.run(command, environment, NOTHING);
  }

  private boolean deployed() {
    return node.requests.contains("POST /apps/demo/slugs");
  }

  @Test
  void whatIsSurelyNoAppIsNotDeployed() throws Exception {
    Path clone = Files.createDirectories(folder.resolve("clone/demo"));
    Path link = Files.createSymbolicLink(folder.resolve("home"), clone);
    Map<Path, String> folders =
        Map.of(clone, "Dynode itself", Path.of("/"), "the root of all files");
    for (Map.Entry<Path, String> each : folders.entrySet()) {
      Programs.Result result = in(each.getKey(), Map.of("HEROKU_APP", "demo"), "run", "true");
      assertEquals(0, result.exit(), result.err());
      assertTrue(
          result.err().contains(each.getKey() + ", which is " + each.getValue()), result.err());
      assertTrue(result.err().contains("cd to its folder first"), result.err());
      Programs.Result deploy = in(each.getKey(), Map.of("HEROKU_APP", "demo"), "deploy");
      assertEquals(1, deploy.exit());
      assertTrue(deploy.err().contains("Not deploying " + each.getKey() + ","), deploy.err());
    }
    Path home = Files.createDirectories(folder.resolve("homes/demo"));
    Files.delete(link);
    Files.createSymbolicLink(link, home);
    Programs.Result result = in(home, Map.of("HOME", link.toString()), "run", "true");
    assertEquals(0, result.exit(), result.err());
    assertTrue(result.err().contains("which is your home folder"), result.err());
    assertFalse(deployed());
  }

  @Test
  void aFolderOfGigabytesIsDeployedOnlyIfItIsNamed() throws Exception {
    Path demo = Files.createDirectory(folder.resolve("demo"));
    try (var large = new RandomAccessFile(demo.resolve("large").toFile(), "rw")) {
      large.setLength(2L << 30);
    }
    Programs.Result refused = in(demo, Map.of(), "run", "true");
    assertEquals(1, refused.exit());
    assertTrue(
        refused.err().contains("it holds more than 1024 MiB. For your app, cd to"), refused.err());
    assertFalse(deployed());
    Files.writeString(demo.resolve(".slugignore"), "/large\n");
    Programs.Result packed = in(demo, Map.of(), "run", "true");
    assertEquals(0, packed.exit(), packed.err());
    assertTrue(deployed(), packed.err());
  }

  @Test
  void anAppIsDestroyedOnlyWhenItsNameIsSaidTwice() throws Exception {
    String delete = "DELETE /apps/demo";
    List<List<String>> refused =
        List.of(
            List.of("destroy", "demo"),
            List.of("destroy", "demo", "--confirm", "other"),
            List.of("destroy", "-a", "other", "--confirm", "other"));
    List<String> why =
        List.of("add --confirm demo", "Confirmation other did not match demo", "Couldn't find");
    for (int i = 0; i < refused.size(); i++) {
      Programs.Result result = in(folder, Map.of(), refused.get(i).toArray(String[]::new));
      assertEquals(1, result.exit());
      assertTrue(result.err().contains(why.get(i)), result.err());
    }
    assertFalse(node.requests.contains(delete));
    for (List<String> words :
        List.of(
            List.of("destroy", "demo", "--confirm", "demo"),
            List.of("destroy", "-a", "demo", "-c", "demo"))) {
      Programs.Result done = in(folder, Map.of(), words.toArray(String[]::new));
      assertEquals("Destroying demo... done\n", done.err());
      assertTrue(node.requests.remove(delete), done.err());
    }
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
