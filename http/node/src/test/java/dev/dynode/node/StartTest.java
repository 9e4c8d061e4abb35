package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Starts that take long, fail, are interrupted or overtaken: each ends what it began and says why.
 */
@Timeout(600)
@Order(1)
@Tag("cluster")
class StartTest {
  private static final String CONFIG =
      """
      dynode.cluster { lease = 20 s, host-lost-after = 33 s, join-within = 5 m }
      dynode.runtime.keeper.unused = 1 s
      """;

  /** Exit status of a Java program that ended because of SIGTERM. */
  private static final int STOPPED = 128 + 15;

  private static final long PATIENCE_SECONDS = 120;

  private static final String SESSIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name";

  @TempDir private Path folder;

  /** A node that is starting, and may never serve. */
  private record Attempt(Process process, Path data, Path log) implements AutoCloseable {

    String said() throws IOException {
      return Files.readString(log);
    }

    boolean hasSaid(String text) throws IOException {
      return said().contains(text);
    }

    int ended() throws Exception {
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "it goes on");
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private Attempt begin(TestCluster cluster, String name, String roles, String... ports)
      throws Exception {
    Path config = folder.resolve(name + ".conf");
    Files.writeString(
        config, String.join("\n", "dynode.postgres.user = postgres", TestCluster.STALLING, CONFIG));
    List<String> command = new ArrayList<>(NodeProgram.clustered());
    command.addAll(List.of("--postgres", cluster.url(), "--role", roles, "--host-name", name));
    command.addAll(List.of("--config", config.toString()));
    command.addAll(List.of("--data", folder.resolve(name).toString()));
    for (String port : List.of("api", "rendezvous", "router", "cluster", "health")) {
      int given = List.of(ports).indexOf("--" + port + "-port");
      command.addAll(List.of("--" + port + "-port", given < 0 ? "0" : ports[given + 1]));
    }
    Path log = folder.resolve(name + ".log");
    return new Attempt(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start(),
        folder.resolve(name),
        log);
  }

  /** Nothing of it is left: no session of the database, no file that tells clients, no keeper. */
  private static void nothingIsLeft(TestCluster cluster, Attempt attempt) throws Exception {
    eventually("its sessions have ended", () -> cluster.number(SESSIONS + " LIKE 'dynode %'") == 0);
    assertEquals(0, cluster.number("SELECT count(*) FROM member WHERE session <> 0"));
    assertFalse(Files.exists(attempt.data().resolve("node.json")));
    if (Files.isDirectory(attempt.data().resolve("keeper"))) {
      eventually("its keeper ends", () -> NodeProcess.keepers(attempt.data()).isEmpty(), 60);
    }
  }

  private static long members(TestCluster cluster) throws Exception {
    return cluster.number(SESSIONS + " = 'dynode member'");
  }

  private static HttpResponse<String> health(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static boolean lives(int port) throws Exception {
    try {
      return health(port, "/live").statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void signal(String signal, Process process) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
  }

  @Test
  void aNodeLivesWhileItJoinsAndEndsInOrderWhenItIsStopped() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (var cluster = new TestCluster(folder, CONFIG);
        Attempt late = begin(cluster, "late", "host", "--health-port", "" + port)) {
      eventually("/live answers", () -> lives(port), PATIENCE_SECONDS);
      eventually("it looks for members", () -> members(cluster) == 1, PATIENCE_SECONDS);
      assertTrue(lives(port));
      HttpResponse<String> ready = health(port, "/ready");
      assertEquals(503, ready.statusCode());
      assertEquals("this node starts\n", ready.body());
      late.process().destroy();
      assertEquals(STOPPED, late.ended(), late.said());
      nothingIsLeft(cluster, late);
    }
  }

  @Test
  void aNodeWhoseClusterIsOverWhileItJoinsIsToBeStartedAgain() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG)) {
      NodeProcess one = cluster.start("one", "control,edge");
      signal("STOP", one.process());
      try (Attempt late = begin(cluster, "late", "edge")) {
        eventually(
            "it says what keeps it",
            () -> late.hasSaid(one.member() + " is a member, and has not answered yet"),
            PATIENCE_SECONDS);
        cluster.kill("one");
        cluster.start("two", "control,edge");
        assertEquals(75, late.ended(), late.said());
        assertTrue(late.hasSaid("Error: The cluster of this node is over"), late.said());
      }
    }
  }

  @Test
  void aNodeThatIsRemovedWhileItJoinsIsToBeStartedAgain() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG)) {
      NodeProcess one = cluster.start("one", "control,edge");
      NodeProcess host = cluster.start("host-a", "host");
      signal("STOP", host.process()); // until it is given up, the cluster takes nobody up
      try (Attempt late = begin(cluster, "late", "edge")) {
        String others =
            " FROM member WHERE address NOT IN ('%s', '%s')".formatted(one.member(), host.member());
        eventually(
            "it is let in",
            () -> cluster.number("SELECT count(*)" + others) == 1,
            PATIENCE_SECONDS);
        signal("STOP", late.process());
        String address = cluster.text("SELECT address" + others);
        eventually(
            "it is given up",
            () ->
                one.log()
                    .lines()
                    .anyMatch(line -> line.matches(".* is downing \\[[^]]*" + address + ".*")),
            PATIENCE_SECONDS);
        signal("CONT", late.process());
        assertEquals(75, late.ended(), late.said());
        assertTrue(late.hasSaid("This node was cut off from most control"), late.said());
        assertFalse(late.hasSaid("NullPointerException"), late.said());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--health-port",
        "--cluster-port",
        "--rendezvous-port",
        "--router-port",
        "--api-port"
      })
  void aPortThatIsTakenIsNamedByItsOption(String option) throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG);
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "" + taken.getLocalPort();
      try (Attempt node = begin(cluster, "node", "control,host,edge", option, port)) {
        assertEquals(1, node.ended(), node.said());
        String said =
            "Error: %s %s cannot be opened: it is in use by process %d"
                .formatted(option.substring(2), port, ProcessHandle.current().pid());
        assertTrue(node.hasSaid(said), node.said());
        assertTrue(node.hasSaid("give another " + option + "."), node.said());
        assertFalse(node.hasSaid("BindException"), node.said());
        if (!option.equals("--health-port")) { // before anything of the database
          nothingIsLeft(cluster, node);
        }
      }
    }
  }

  @Test
  void aDatabaseThatIsLostWhileANodeJoinsIsNamed() throws Exception {
    try (var cluster = new TestCluster(folder, CONFIG, null);
        Attempt late = begin(cluster, "late", "edge")) {
      eventually("it looks for members", () -> members(cluster) == 1, PATIENCE_SECONDS);
      cluster.restartDatabase(true, Duration.ofSeconds(12));
      eventually(
          "it says what keeps it",
          () -> late.hasSaid("the database does not answer"),
          PATIENCE_SECONDS);
      late.process().destroy();
      assertEquals(STOPPED, late.ended(), late.said());
      nothingIsLeft(cluster, late);
    }
  }
}
