package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.Membership;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes are stopped in order, hosts drained before, and started again as nodes of this build, while
 * clients run dynos: one of each kind, which then works beside the others, or with {@code
 * -Drestart=all} every one. Before that they are of the last release; where its nodes say other
 * things to each other than this build's ({@code dynode.cluster.wire}), they are all stopped first,
 * and what ran goes on.
 */
@Timeout(1200)
@Order(1)
@Tag("cluster")
class RollingRestartTest {
  private static final int LIMIT = 40;

  /** This build's. */
  private static final String WIRE =
      ConfigFactory.parseResources(Membership.class, "cluster.conf")
          .getString("dynode.cluster.wire");

  /** However slow the machine is that stops and starts a cluster. */
  private static final String LONG_LEASE =
      "dynode.cluster { lease = 10 m, host-lost-after = 11 m }\n";

  private static final String KEPT = "app-kept";
  private static final int DYNOS = 3;

  /** Nobody else on this machine sleeps for so long. */
  private static final String COMMAND = "sleep " + (100_000 + ProcessHandle.current().pid());

  /** Exit status of a Java program that ended because of SIGTERM. */
  private static final int STOPPED = 128 + 15;

  private static final List<String> APPS = List.of("app-a", "app-b");

  /** No load fills it up to its limit. */
  private static final String QUIET = "app-c";

  private static final List<String> EDGES = List.of("edge-1", "edge-2");
  private static final boolean ALL = System.getProperty("restart", "").equals("all");
  private static final List<String> NODES =
      ALL
          ? List.of("control-1", "control-2", "control-3", "edge-1", "edge-2")
          : List.of("control-1", "edge-1");
  private static final List<String> HOSTS = ALL ? List.of("host-a", "host-b") : List.of("host-a");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Boolean> ready = new ConcurrentHashMap<>();
  private Set<Long> processes = Set.of();
  private final AtomicInteger turn = new AtomicInteger();

  @TempDir private Path folder;

  /** What a load balancer does: asks every edge whether it is ready, and chooses among those. */
  private void look(TestCluster cluster) {
    while (!Thread.currentThread().isInterrupted()) {
      for (String edge : EDGES) {
        boolean answers;
        try {
          answers =
              http.send(
                          HttpRequest.newBuilder(
                                  URI.create(
                                      "http://127.0.0.1:" + cluster.node(edge).health() + "/ready"))
                              .timeout(Duration.ofSeconds(2))
                              .build(),
                          HttpResponse.BodyHandlers.ofString())
                      .statusCode()
                  == 200;
        } catch (IOException gone) {
          answers = false;
        } catch (InterruptedException e) {
          return;
        }
        ready.put(edge, answers);
      }
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private NodeProcess balanced(TestCluster cluster) {
    while (true) {
      String edge = EDGES.get(turn.incrementAndGet() % EDGES.size());
      if (ready.getOrDefault(edge, false)) {
        return cluster.node(edge);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void noRequestFailsAndNoSessionBreaks() throws Exception {
    try (var cluster = new TestCluster(folder, ClusterLoad.config(LIMIT) + LONG_LEASE)) {
      cluster.program(PreviousBuild.server());
      boolean beside = PreviousBuild.wire().equals(WIRE);
      if (!beside) {
        stopAll(cluster);
      }
      cluster.startAll("control-1", "control-2", "control-3", "host-a", "edge-1", "edge-2");
      if (!beside) {
        goneOn(cluster.node("edge-1"));
      }
      Thread looking = Thread.ofVirtual().start(() -> look(cluster));
      eventually("edges are ready", () -> ready.values().stream().filter(r -> r).count() == 2, 120);
      NodeProcess first = balanced(cluster);
      for (String app : Stream.concat(APPS.stream(), Stream.of(QUIET)).toList()) {
        first.post("/apps", "{\"name\": \"%s\"}".formatted(app));
      }
      List<ClusterLoad.Call> calls;
      var load = new ClusterLoad(() -> balanced(cluster), APPS, 1, Duration.ofMillis(500));
      try (load) {
        try (var session = open(first)) {
          cluster.program(NodeProgram.clustered());
          cluster.start("host-b", "host"); // control nodes place on no host of an earlier release
          int line = 0;
          for (String node : NODES) {
            assertEquals(STOPPED, cluster.stop(node), cluster.node(node).log());
            session.type("line " + ++line + "\n");
            session.until("line " + line + "\r\n");
            cluster.startNamed(node);
            eventually("edges are ready", () -> ready.values().stream().allMatch(r -> r), 120);
          }
        }
        for (String host : HOSTS) {
          NodeProcess edge = balanced(cluster);
          edge.post("/hosts/" + host + "/actions/drain", "{}");
          eventually(host + " is empty", () -> dynos(edge, host) == 0, 120);
          assertEquals(STOPPED, cluster.stop(host), cluster.node(host).log());
          cluster.start(host, "host");
          List<String> stay = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            stay.add(
                edge.post("/apps/" + QUIET + "/dynos", "{\"command\": \"sleep 100000\"}")
                    .path("id")
                    .asText());
          }
          eventually(host + " takes dynos", () -> dynos(edge, host) > 0, 120);
          for (String dyno : stay) {
            edge.json("DELETE", "/apps/" + QUIET + "/dynos/" + dyno, null);
          }
        }
      }
      calls = load.calls();
      looking.interrupt();
      System.out.println("RollingRestartTest: answers " + load.statuses());
      System.out.println("RollingRestartTest: slowest, ms " + load.slowestSince(0));
      assertTrue(
          Set.of(201, 422)
              .containsAll(
                  calls.stream().map(ClusterLoad.Call::status).collect(Collectors.toSet())),
          () -> calls.stream().filter(call -> call.status() != 201).toList().toString());
      NodeProcess edge = cluster.node("edge-1");
      for (String app : APPS) {
        eventually(
            "all of " + app + " have ended",
            () -> edge.get("/apps/" + app + "/dynos").isEmpty(),
            120);
      }
      assertEquals(0, ClusterHistory.read(cluster.url(), LIMIT).check(calls), "dynos were lost");
    }
  }

  /**
   * Nodes of the last release run dynos, let none of this build in, and are stopped: from now on
   * nodes are of this build.
   */
  private void stopAll(TestCluster cluster) throws Exception {
    cluster.startAll("control-1", "host-a", "edge-1");
    NodeProcess edge = cluster.node("edge-1");
    edge.post("/apps", "{\"name\": \"%s\"}".formatted(KEPT));
    for (int i = 0; i < DYNOS; i++) {
      edge.post("/apps/" + KEPT + "/dynos", "{\"command\": \"%s\"}".formatted(COMMAND));
    }
    eventually("its dynos run", () -> running().size() == DYNOS, 120);
    processes = running();
    cluster.program(NodeProgram.clustered());
    String why =
        String.valueOf(
            assertThrows(IOException.class, () -> cluster.startNamed("control-2")).getMessage());
    assertTrue(why.contains("are of another release"), why);
    for (String node : List.of("edge-1", "control-1", "host-a")) {
      assertEquals(STOPPED, cluster.stop(node), cluster.node(node).log());
    }
    assertEquals(processes, running(), "dynos go on without a node");
  }

  /** The same processes are the dynos of nodes of this build, and can be stopped. */
  private void goneOn(NodeProcess edge) throws Exception {
    assertEquals(processes, running());
    JsonNode dynos = edge.get("/apps/" + KEPT + "/dynos");
    assertEquals(DYNOS, dynos.size());
    for (JsonNode dyno : dynos) {
      assertEquals("up", dyno.path("state").asText(), dyno::toString);
      String path = "/apps/" + KEPT + "/dynos/" + dyno.path("id").asText();
      edge.json("POST", path + "/actions/stop", "{}");
      eventually(
          "it has been stopped",
          () -> edge.get(path).path("cause").asText().equals("stopped"),
          120);
    }
    assertEquals(Set.of(), running());
  }

  /** Processes of the dynos' command. */
  private static Set<Long> running() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .commandLine()
                    .filter(line -> line.matches("\\S*" + COMMAND)) // not the shell's
                    .isPresent())
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  /**
   * A session that has begun. The release before takes a question that is asked again, for the
   * machine was slow, for a second client, and refuses it.
   */
  private static Dialled open(NodeProcess edge) throws Exception {
    for (int attempt = 1; ; attempt++) {
      var session =
          new Dialled(
              edge,
              edge.post("/apps/" + QUIET + "/dynos", "{\"command\": \"cat\", \"attach\": true}"));
      try {
        session.type("line 0\n");
        session.until("line 0\r\n");
        return session;
      } catch (IOException e) {
        session.close();
        if (attempt == 5) {
          throw e;
        }
      }
    }
  }

  private static int dynos(NodeProcess edge, String name) throws Exception {
    for (JsonNode host : edge.get("/hosts")) {
      if (host.path("name").asText().equals(name)) {
        return host.path("dynos").asInt();
      }
    }
    return -1;
  }
}
