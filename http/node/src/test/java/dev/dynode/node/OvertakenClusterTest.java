package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The database stands on the side of fewer control nodes, so that a second cluster begins while the
 * first one lives. Whatever is recorded as lost does not run, and no limit is exceeded.
 */
@Timeout(900)
@Order(1)
@Tag("cluster")
class OvertakenClusterTest {
  private static final int LIMIT = 8;

  /** Nobody else sleeps for so long. */
  private static final String SECONDS = String.valueOf(900_000 + ProcessHandle.current().pid());

  private static final List<String> LARGER = List.of("control-1", "control-2", "host-a");
  private static final List<String> SMALLER = List.of("control-3");
  private static final long LEASE_SECONDS = 15;
  private static final long KEEP_SECONDS = 5;
  private static final String CONFIG =
      ClusterLoad.config(LIMIT)
          + "dynode.cluster { lease = %d s, host-lost-after = 32 s, keep-without-database = %d s }"
              .formatted(LEASE_SECONDS, KEEP_SECONDS);

  @TempDir private Path folder;
  private final Map<String, Long> pids = new HashMap<>();
  private final Set<String> lost = new HashSet<>();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  @Test
  void whatIsRecordedAsLostDoesNotRun() throws Exception {
    boolean possible = TestNetwork.possible();
    if (System.getenv("CI") != null) {
      assertTrue(possible, "partitions cannot be made here: root and the program ip are wanted");
    }
    assumeTrue(possible, "left out: partitions want root and the program ip");
    try (var network = new TestNetwork();
        var cluster = new TestCluster(folder, CONFIG, network)) {
      NodeProcess near = cluster.start("control-1", "control,edge");
      CompletableFuture<?> second = later(() -> cluster.start("control-2", "control"));
      cluster.start("control-3", "control,host,edge");
      second.get();
      cluster.startNamed("host-a");
      near.post("/apps", "{\"name\": \"demo\"}");
      fill(near);
      Map<String, Long> there = running(near, "host-a");
      assertTrue(!there.isEmpty() && there.size() < LIMIT, there::toString);
      pids.putAll(there);

      // Most control nodes and the host lose the database, but nobody another node.
      for (String machine : LARGER) {
        network.unplug(machine);
      }
      watchFor(cluster, KEEP_SECONDS + LEASE_SECONDS + 10);
      assertEquals(Set.of(), lost);
      assertEquals(LIMIT, processes(), "a node that the database confirms has kept them");
      refusesAtOnce(near);

      // And now they lose those that have it.
      for (String one : LARGER) {
        for (String other : SMALLER) {
          network.cut(one, other);
          network.cut(other, one);
        }
      }
      var restarted =
          later(
              () -> {
                String name = SMALLER.getFirst();
                assertEquals(75, cluster.ended(name, 120), cluster.node(name).log());
                return cluster.start(name, "control,host,edge");
              });
      while (!restarted.isDone()) {
        look(cluster);
      }
      NodeProcess far = restarted.get();
      assertEquals(2, cluster.number("SELECT max(cluster) FROM member"));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
      long next = System.nanoTime();
      while (!lost.containsAll(there.keySet()) || running(far, "control-3").size() < LIMIT) {
        assertTrue(System.nanoTime() < deadline, () -> "lost " + lost + " of " + there);
        look(cluster);
        if (System.nanoTime() > next) {
          far.call("POST", "/apps/demo/dynos", "{\"command\": \"sleep " + SECONDS + "\"}");
          next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        }
      }
      network.heal();
      for (String machine : LARGER) {
        network.plug(machine);
      }
      for (String name : LARGER) {
        eventually(
            name + " ends",
            () -> {
              look(cluster);
              return !cluster.node(name).process().isAlive();
            },
            120);
        assertEquals(75, cluster.ended(name, 1), cluster.node(name).log());
      }
      watchFor(cluster, 3);
      System.out.println("OvertakenClusterTest: at most " + mostAtOnce + " processes at once");
      ClusterHistory.read(cluster.url(), LIMIT);
    }
  }

  /** A change is not carried out later, and nobody waits for it. */
  private static void refusesAtOnce(NodeProcess edge) throws Exception {
    long asked = System.nanoTime();
    HttpResponse<String> answer = edge.call("POST", "/apps/demo/dynos", "{\"command\": \"true\"}");
    assertEquals(503, answer.statusCode(), answer::body);
    assertTrue(answer.body().contains("The database has not answered this node"), answer::body);
    long millis = (System.nanoTime() - asked) / 1_000_000;
    assertTrue(millis < 10_000, () -> "refused after " + millis + " ms");
  }

  private void watchFor(TestCluster cluster, long seconds) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < until) {
      look(cluster);
    }
  }

  /** Sees what is recorded, then what runs. */
  private void look(TestCluster cluster) throws Exception {
    lost.addAll(recordedAsLost(cluster));
    for (String dyno : lost) {
      Long pid = pids.get(dyno);
      assertTrue(pid == null || !alive(pid), () -> dyno + " is recorded as lost, and runs: " + pid);
    }
    int now = processes();
    mostAtOnce.accumulateAndGet(now, Math::max);
    assertTrue(now <= LIMIT, () -> now + " processes of an app that may have " + LIMIT);
    Thread.sleep(200);
  }

  private static Set<String> recordedAsLost(TestCluster cluster) throws SQLException {
    Set<String> ids = new HashSet<>();
    for (String id :
        cluster
            .text(
                "SELECT coalesce(string_agg(persistence_id, ' '), '') FROM event_journal"
                    + " WHERE event_ser_manifest LIKE '%DynoEvent$Lost%'")
            .split(" ", -1)) {
      if (!id.isEmpty()) {
        ids.add(id.substring(id.indexOf('|') + 1));
      }
    }
    return ids;
  }

  private static void fill(NodeProcess edge) throws Exception {
    for (int i = 0; i < LIMIT; i++) {
      edge.post("/apps/demo/dynos", "{\"command\": \"sleep " + SECONDS + "\"}");
    }
    eventually("all run", () -> processes() == LIMIT, 120);
    eventually(
        "all are up",
        () -> {
          int up = 0;
          for (JsonNode dyno : edge.get("/apps/demo/dynos")) {
            up += dyno.path("state").asText().equals("up") ? 1 : 0;
          }
          return up == LIMIT;
        },
        120);
  }

  /** Process ids on a host by dyno. */
  private static Map<String, Long> running(NodeProcess edge, String host) throws Exception {
    Map<String, Long> running = new HashMap<>();
    for (JsonNode dyno : edge.get("/apps/demo/dynos")) {
      String id = dyno.path("id").asText();
      boolean here = false;
      long pid = 0;
      for (JsonNode event : edge.get("/apps/demo/dynos/" + id + "/events")) {
        here |= event.path("details").path("host").asText().equals(host);
        pid = Math.max(pid, event.path("details").path("pid").asLong());
      }
      if (here && pid > 0) {
        running.put(id, pid);
      }
    }
    return running;
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  private static int processes() {
    return (int)
        ProcessHandle.allProcesses()
            .filter(
                process ->
                    process
                        .info()
                        .arguments()
                        .filter(words -> words.length == 1 && words[0].equals(SECONDS))
                        .isPresent())
            .count();
  }

  private static <T> CompletableFuture<T> later(java.util.concurrent.Callable<T> work) {
    var done = new CompletableFuture<T>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                done.complete(work.call());
              } catch (Exception | AssertionError e) {
                done.completeExceptionally(e instanceof IOException ? e : new IOException(e));
              }
            });
    return done;
  }
}
