package dev.dynode.cluster;

import com.typesafe.config.Config;
import dev.dynode.cluster.Membership.Role;
import dev.dynode.cluster.discovery.Contacts;
import dev.dynode.postgres.BootstrapLock;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a starting node into the one cluster of its database: it asks all nodes that its
 * contacts and the database know of, again and again, or begins the cluster where there is none
 * (see {@link BootstrapLock}). Pekko itself never begins one, for this node is not among those it
 * is told to ask. For one thread.
 */
public final class ClusterBootstrap {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterBootstrap.class);
  private static final long LOOK_MILLIS = 50;
  private static final Duration MEMBERS_EVERY = Duration.ofMillis(500);
  private static final Duration COMPLAIN_EVERY = Duration.ofSeconds(10);

  /** Nodes are knocked at one after the other, each for up to six seconds. */
  private static final int MOST_KNOCKS = 5;

  private final ActorSystem<?> system;
  private final Membership membership;
  private final BootstrapLock one;
  private final Config cluster;
  private final String here;
  private final Every looks = new Every(MEMBERS_EVERY);
  private final Every attempts;
  private CompletableFuture<Void> asking = CompletableFuture.completedFuture(null);
  private CompletableFuture<Void> complaining = asking;
  private volatile Set<String> members = Set.of();
  private volatile String database = "";

  /**
   * To be run once.
   *
   * @param cluster {@code dynode.cluster}
   */
  public ClusterBootstrap(
      ActorSystem<?> system, Membership membership, BootstrapLock one, Config cluster) {
    this.system = system;
    this.membership = membership;
    this.one = one;
    this.cluster = cluster;
    here = Membership.address(system);
    attempts = new Every(cluster.getDuration("join-again"));
  }

  /**
   * Returns once this node is a member.
   *
   * @throws IOException in one sentence, where it cannot become one, or has not within {@code
   *     join-within}
   */
  public void run() throws IOException, InterruptedException {
    Duration within = cluster.getDuration("join-within");
    long began = System.nanoTime();
    var complaints = new Every(COMPLAIN_EVERY);
    complaints.due();
    while (!step()) {
      if (System.nanoTime() - began > within.toNanos()) {
        throw new IOException(
            (Membership.isLetIn(system)
                    ? "This node was let into its cluster, but is not up in it within %d s: %s."
                    : "None of the nodes to join has let this node into its cluster within %d s: %s.")
                .formatted(within.toSeconds(), hindrance()));
      }
      if (complaining.isDone() && complaints.due()) {
        complaining =
            aside(
                () ->
                    LOG.warn(
                        Membership.isLetIn(system)
                            ? "this node is let into its cluster, but not up in it yet: {}"
                            : "no node has let this one into its cluster yet: {}",
                        hindrance()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    LOG.info(
        "a member of the cluster after {} ms",
        Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  /** Whether this node is a member that others count on. */
  private boolean step() throws IOException {
    try {
      if (Membership.isLetIn(system)) {
        return one.enter() && Membership.isUp(system);
      }
      if (looks.due()) {
        members = one.members();
        database = "";
        attempt();
      }
    } catch (SQLException e) {
      database = "the database does not answer (" + e.getMessage() + "); ";
    }
    return false;
  }

  private void attempt() throws SQLException {
    if (members.isEmpty() && membership.has(Role.CONTROL) && one.begin()) {
      LOG.info("no node is a member of a cluster of this database; this one begins it");
      Membership.join(system, Set.of(here));
    } else if ((!members.isEmpty() || !one.counted()) && asking.isDone() && attempts.due()) {
      asking =
          aside(
              () -> {
                Set<String> others = others(new ArrayList<>());
                if (!others.isEmpty() && !Membership.isLetIn(system)) {
                  Membership.join(system, others);
                }
              });
    }
  }

  /** Looks all up; adds to the list what cannot be. */
  private Set<String> others(List<String> failures) {
    Set<String> others = new LinkedHashSet<>();
    for (Contacts contacts : membership.join()) {
      try {
        Set<String> found = contacts.addresses();
        others.addAll(found);
        if (found.isEmpty()) {
          failures.add(contacts + " stands for no node");
        }
      } catch (IOException e) {
        failures.add(contacts + " " + e.getMessage());
      }
    }
    others.addAll(members);
    others.remove(here);
    return others;
  }

  private String hindrance() {
    return database + (Membership.isLetIn(system) ? Membership.hindrance(system) : silence());
  }

  private String silence() {
    List<String> said = new ArrayList<>();
    Set<String> others = others(said);
    others.stream()
        .limit(MOST_KNOCKS)
        .forEach(
            node ->
                said.add(node + " " + TlsProbe.at(node, membership.tls(), members.contains(node))));
    if (members.isEmpty()) {
      said.add("no control node has begun a cluster in this database yet");
    }
    return String.join("; ", said);
  }

  /** Name servers and silent nodes take their time. */
  private static CompletableFuture<Void> aside(Runnable task) {
    return CompletableFuture.runAsync(task, Thread::startVirtualThread)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                LOG.warn("cannot look for other nodes", failure);
              }
            });
  }

  /** Due at once, and then so often. */
  private static final class Every {
    private final Duration pause;
    private long next = System.nanoTime();

    private Every(Duration pause) {
      this.pause = pause;
    }

    private boolean due() {
      long now = System.nanoTime();
      boolean due = now - next >= 0;
      if (due) {
        next = now + pause.toNanos();
      }
      return due;
    }
  }
}
