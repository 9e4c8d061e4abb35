package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.cluster.discovery.TestKubernetes;
import dev.dynode.cluster.discovery.TestNameServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How nodes find one another, and that whatever they do there is one cluster. */
@Timeout(900)
@Order(1)
@Tag("cluster")
class DiscoveryTest {
  private static final List<String> CONTROL = List.of("127.0.0.11", "127.0.0.12", "127.0.0.13");
  private static final String MEMBERS =
      "SELECT %s FROM member JOIN pg_locks ON pid = session AND locktype = 'advisory'";

  @TempDir private Path folder;

  private int port;

  @Test
  void whateverNodesDoThereIsOneCluster() throws Exception {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (var names = new TestNameServer(folder);
        var kubernetes = new TestKubernetes(folder);
        var cluster = new TestCluster(folder, names.config() + "\n" + kubernetes.config())) {
      names.knows("--host-record=control.test," + String.join(",", CONTROL));
      allAtOnce("three at once", cluster, 3);
      assertEquals(1, cluster.number(MEMBERS.formatted("max(cluster)")));
      cluster.node(CONTROL.getFirst()).post("/apps", "{\"name\": \"demo\"}");

      cluster.start("stray", "control,edge", "--join", "");
      assertEquals(4, cluster.number(MEMBERS.formatted("count(*)")));
      assertEquals(1, cluster.number(MEMBERS.formatted("max(cluster)")));
      cluster.stop("stray");

      // From here on the database knows no way to its members.
      cluster.change("UPDATE member SET address = 'nowhere' || address");
      CompletableFuture<NodeProcess> late =
          later(() -> cluster.start("late", "edge", "--join", "srv:_dynode._tcp.test"));
      eventually("it looks for nodes", () -> names.asked("_dynode._tcp.test"));
      for (String node : CONTROL) {
        kubernetes.pod("control", "Running", node, false);
      }
      names.knows("--srv-host=_dynode._tcp.test," + CONTROL.getLast() + "," + port);
      assertEquals(200, late.get().call("GET", "/apps/demo", null).statusCode());
      cluster.change(
          "UPDATE member SET address = 'nowhere' || address WHERE address NOT LIKE 'n%'");
      NodeProcess pod = cluster.start("pod", "edge", "--join", "kubernetes:app=control:" + port);
      assertEquals(200, pod.call("GET", "/apps/demo", null).statusCode());
      assertEquals(5, cluster.number(MEMBERS.formatted("count(*)")));

      List<CompletableFuture<?>> stopped = new ArrayList<>();
      for (String node : CONTROL) {
        stopped.add(later(() -> cluster.stop(node)));
      }
      for (Future<?> each : stopped) {
        each.get();
      }
      names.knows("--host-record=control.test," + String.join(",", CONTROL));
      allAtOnce("after all control nodes were stopped", cluster, 5);
      assertEquals(1, cluster.number(MEMBERS.formatted("max(cluster)")));
      assertEquals(200, pod.call("GET", "/apps/demo", null).statusCode());

      for (String node : List.of("late", "pod", CONTROL.get(0), CONTROL.get(1), CONTROL.get(2))) {
        cluster.kill(node);
      }
      allAtOnce("after all were killed", cluster, 3);
      assertEquals(2, cluster.number(MEMBERS.formatted("max(cluster)")));
    }
  }

  /** Starts all control nodes, and sees that they are one cluster. */
  private void allAtOnce(String what, TestCluster cluster, int members) throws Exception {
    long began = System.nanoTime();
    List<CompletableFuture<NodeProcess>> started = new ArrayList<>();
    for (String node : CONTROL) {
      started.add(
          later(
              () ->
                  cluster.start(
                      node,
                      "control,edge",
                      "--cluster-host",
                      node,
                      "--cluster-port",
                      "" + port,
                      "--join",
                      "dns:control.test:" + port)));
    }
    for (Future<NodeProcess> each : started) {
      each.get();
    }
    System.out.println(
        what + ": " + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
    assertEquals(members, cluster.number(MEMBERS.formatted("count(*)")));
    assertEquals(1, cluster.number(MEMBERS.formatted("count(DISTINCT cluster)")));
  }

  private static <T> CompletableFuture<T> later(Callable<T> start) {
    var done = new CompletableFuture<T>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                done.complete(start.call());
              } catch (Exception e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }
}
