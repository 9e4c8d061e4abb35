package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Control nodes on machines of their own stop hearing one another, in both directions or in one,
 * while all of them still reach the database: the harder case. {@code -Dseed=N -Drounds=N} repeat;
 * {@code -Dpause=N}: milliseconds between two runs of a client.
 */
@Timeout(7200)
@Order(1)
@Tag("cluster")
class PartitionTest {
  private static final int LIMIT = 30;
  private static final int DECISION_SECONDS = 90;

  private static final int BRIEF_MILLIS = 3_000;

  /**
   * Until after a brief cut nobody is given up any more, which the next round would not know of.
   */
  private static final int SETTLES_SECONDS = 10;

  private static final Duration PAUSE = Duration.ofMillis(Integer.getInteger("pause", 800));
  private static final Duration NOT_TAKEN = Duration.ofSeconds(5);
  private static final List<String> CONTROL = List.of("control-1", "control-2", "control-3");
  private static final List<String> APPS = List.of("app-a", "app-b", "app-c", "app-d");
  private static final String CONFIG =
      ClusterLoad.config(LIMIT) + "dynode.cluster { lease = 3 m, host-lost-after = 4 m }";

  /** Who does not hear whom. */
  private enum Cut {
    /** Neither side hears the other. */
    APART,
    /** Nobody hears the smaller side. */
    MUTE,
    /** The smaller side hears nobody. */
    DEAF,
    /** Two control nodes do not hear one another; everyone else hears both. */
    PAIR
  }

  @TempDir private Path folder;
  private final List<Long> slowest = new ArrayList<>();
  private int given;

  @Test
  void neverTwoThatWriteAndTheSmallerSideRefusesClearly() throws Exception {
    boolean possible = TestNetwork.possible();
    if (System.getenv("CI") != null) {
      assertTrue(possible, "partitions cannot be made here: root and the program ip are wanted");
    }
    assumeTrue(possible, "left out: partitions want root and the program ip");
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Integer.getInteger("rounds", 1);
    System.out.println("PartitionTest: again with -Dseed=" + seed + " -Drounds=" + rounds);
    var random = new Random(seed);
    try (var network = new TestNetwork();
        var cluster = new TestCluster(folder, CONFIG, network)) {
      cluster.startAll("control-1", "control-2", "control-3");
      NodeProcess first = cluster.start("near", "host,edge");
      for (String app : APPS) {
        first.post("/apps", "{\"name\": \"%s\"}".formatted(app));
      }
      List<ClusterLoad.Call> near;
      List<ClusterLoad.Call> far;
      JsonNode dyno = first.post("/apps/app-a/dynos", "{\"command\": \"cat\", \"attach\": true}");
      try (var session = new Dialled(first, dyno)) { // on a host that is never cut off
        cluster.start("far", "host,edge");
        var through = new ClusterLoad(() -> cluster.node("near"), APPS, 2, PAUSE);
        var aside =
            new ClusterLoad(
                () -> cluster.node("far"), APPS, 1, PAUSE.multipliedBy(2), ClusterLoad.SECOND);
        try (through;
            aside) {
          for (int round = 1; round <= rounds; round++) {
            Cut cut = Cut.values()[(round - 1 + (int) Long.remainderUnsigned(seed, 4)) % 4];
            round(cluster, network, cut, random, through);
            session.type("line " + round + "\n");
            session.until("line " + round + "\r\n");
          }
        }
        near = through.calls();
        far = aside.calls();
        System.out.println(
            "PartitionTest: answers %s, at times on the smaller side %s; %d nodes given up; slowest answers of each round's apps, ms: %s"
                .formatted(
                    through.statuses(),
                    aside.statuses(),
                    given,
                    slowest.stream().sorted().toList()));
      }
      NodeProcess edge = cluster.node("near");
      for (String app : APPS) {
        eventually(
            "all of " + app + " have ended",
            () -> edge.get("/apps/" + app + "/dynos").isEmpty(),
            120);
      }
      var history = ClusterHistory.read(cluster.url(), LIMIT);
      assertEquals(0, history.check(near), "no host was killed, so no dyno is lost");
      assertEquals(0, history.check(far), "no host was killed, so no dyno is lost");
      assertEquals(
          List.of(), near.stream().filter(c -> !Set.of(201, 422).contains(c.status())).toList());
      assertEquals(List.of(), far.stream().filter(c -> !isClear(c)).toList());
    }
  }

  /** Granted, refused in the form of the API, or not taken at all by a node that ends. */
  private static boolean isClear(ClusterLoad.Call call) {
    return switch (call.status()) {
      case 201, 422 -> true;
      case 0 -> call.nanos() < NOT_TAKEN.toNanos();
      case 503 ->
          call.said().matches("(?s)\\{\\s*\"id\": \"[a-z_]+\",\\s*\"message\": \"[A-Z].*\"\\s*}");
      default -> false;
    };
  }

  private void round(
      TestCluster cluster, TestNetwork network, Cut cut, Random random, ClusterLoad load)
      throws Exception {
    Thread.sleep(random.nextInt(2_000)); // any moment
    List<String> smaller = new ArrayList<>(List.of(CONTROL.get(random.nextInt(3))));
    if (cut != Cut.PAIR && random.nextBoolean()) {
      smaller.add("far");
    }
    List<String> larger = new ArrayList<>(CONTROL);
    larger.removeAll(smaller);
    if (cut == Cut.PAIR) {
      larger.remove(random.nextInt(larger.size()));
    } else {
      larger.add("near");
      larger.addAll(smaller.contains("far") ? List.of() : List.of("far"));
    }
    boolean brief = random.nextInt(4) == 0;
    System.out.println(
        "PartitionTest: " + cut + " " + smaller + " | " + larger + (brief ? ", briefly" : ""));
    long at = System.nanoTime();
    for (String one : smaller) {
      for (String other : larger) {
        if (cut != Cut.DEAF) {
          network.cut(one, other);
        }
        if (cut != Cut.MUTE) {
          network.cut(other, one);
        }
      }
    }
    if (brief) {
      Thread.sleep(random.nextInt(BRIEF_MILLIS));
    } else {
      List<String> ends = new ArrayList<>(smaller);
      if (cut == Cut.PAIR) { // the others keep one of them, or neither
        eventually(
            "one of the two ends",
            () -> ended(cluster, smaller.getFirst()) || ended(cluster, larger.getFirst()),
            DECISION_SECONDS);
        ends.removeIf(name -> !ended(cluster, name));
      }
      for (String name : ends) {
        assertEquals(75, cluster.ended(name, DECISION_SECONDS), cluster.node(name).log());
      }
    }
    answers(load, at, "while they are apart");
    network.heal();
    long healed = System.nanoTime();
    if (brief) {
      TimeUnit.SECONDS.sleep(SETTLES_SECONDS);
    }
    for (String name : List.of("control-1", "control-2", "control-3", "far")) {
      if (cluster.node(name).process().waitFor(1, TimeUnit.SECONDS)) {
        assertEquals(75, cluster.ended(name, 1), cluster.node(name).log());
        given++;
        cluster.start(name, name.equals("far") ? "host,edge" : "control");
      }
    }
    answers(load, healed, "when all hear one another again");
    slowest.addAll(load.slowestSince(at).values());
  }

  private static boolean ended(TestCluster cluster, String name) {
    return !cluster.node(name).process().isAlive();
  }

  private static void answers(ClusterLoad load, long since, String when) throws Exception {
    for (String app : APPS) {
      eventually(
          app + " answers " + when,
          () ->
              load.calls().stream()
                  .anyMatch(c -> c.app().equals(app) && c.at() > since && c.granted()),
          120);
    }
  }
}
