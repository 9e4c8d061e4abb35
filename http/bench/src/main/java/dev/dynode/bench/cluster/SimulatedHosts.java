package dev.dynode.bench.cluster;

import com.typesafe.config.Config;
import dev.dynode.cluster.ClusterBootstrap;
import dev.dynode.cluster.Membership;
import dev.dynode.cluster.discovery.Contacts;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.engine.ActorControlPlane;
import dev.dynode.engine.ClusterGuardian;
import dev.dynode.engine.NodeGuardian;
import dev.dynode.engine.NodeGuardian.Reached;
import dev.dynode.engine.actor.Apps;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.HostLoad;
import dev.dynode.engine.actor.HostSurroundings;
import dev.dynode.engine.actor.KnownHosts;
import dev.dynode.engine.actor.Policies;
import dev.dynode.postgres.BootstrapLock;
import dev.dynode.postgres.Postgres;
import dev.dynode.serialization.EventSerialization;
import dev.dynode.store.FileLogStore;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.LogStoreSettings;
import dev.dynode.store.SlugSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Hosts in this process, members of a cluster as hosts are, that start nothing ({@link
 * ShortLives}), and the way from here to its control nodes. Thread-safe.
 */
final class SimulatedHosts implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration NEVER = Duration.ofDays(100);

  private final ActorSystem<NodeGuardian.Command> system;
  private final ActorControlPlane control;
  private final Reached reached;
  private final Postgres postgres;
  private final FileLogStore logs;

  /**
   * Joins, and returns once it is a member.
   *
   * @param members of the cluster
   * @param config of its nodes
   */
  SimulatedHosts(int count, ShortLives runtime, List<String> members, Config config, Path folder)
      throws IOException {
    var membership =
        new Membership(
            Set.of(Membership.Role.HOST),
            "127.0.0.1",
            0,
            members.stream().<Contacts>map(Contacts.FixedNode::new).toList(),
            "simulated",
            Optional.empty());
    Config complete = membership.over(EventSerialization.ofEvents().withFallback(config)).resolve();
    postgres = Postgres.open(complete);
    logs = new FileLogStore(folder.resolve("logs"), LogStoreSettings.of(complete));
    var slugs = new FileSlugStore(folder.resolve("slugs"), SlugSettings.of(complete));
    Config cluster = complete.getConfig("dynode.cluster");
    Duration every = cluster.getDuration("host-report-every");
    Duration lease = cluster.getDuration("lease");
    var parts =
        new NodeGuardian.Control(
            Policies.from(complete.getConfig("dynode")),
            Placement.SPREAD,
            Clock.systemUTC(),
            logs,
            _ -> {},
            1,
            complete.getDuration("dynode.apps.check-names-after"),
            _ -> {});
    Behavior<NodeGuardian.Command> node =
        ClusterGuardian.create(
            parts,
            Optional.empty(),
            new KnownHosts(
                every.multipliedBy(3), new KnownHosts.Absence(NEVER, NEVER), System::nanoTime),
            postgres.standing(),
            new ClusterGuardian.Times(
                every, lease, NEVER, cluster.getDuration("free-names-after")));
    Behavior<NodeGuardian.Command> root =
        Behaviors.setup(
            context -> {
              ActorRef<NodeGuardian.Command> inner = context.spawn(node, "node");
              Apps apps = (app, command) -> inner.tell(new NodeGuardian.ToApp(app, command));
              for (int i = 0; i < count; i++) {
                var load =
                    new HostLoad(
                        new HostId("simulated-" + i),
                        Integer.MAX_VALUE,
                        Long.MAX_VALUE,
                        Duration.ofMinutes(1),
                        Clock.systemUTC(),
                        runtime::filesLeft);
                context.spawn(
                    HostAgent.create(
                        new HostSurroundings(
                            runtime, slugs, logs, Clock.systemUTC(), load, apps, 10_000, NEVER),
                        runtime.recover(),
                        Optional.of(
                            new HostAgent.Membership(() -> "127.0.0.1:1", every, lease, () -> 0))),
                    "host-" + i);
              }
              return Behaviors.receiveMessage(
                  message -> {
                    inner.tell(message);
                    return Behaviors.same();
                  });
            });
    system =
        ActorSystem.create(
            root,
            "dynode",
            ActorSystemSetup.create(BootstrapSetup.create(complete), postgres.setup()));
    try {
      reached =
          AskPattern.<NodeGuardian.Command, Reached>ask(
                  system, NodeGuardian.Find::new, PATIENCE, system.scheduler())
              .toCompletableFuture()
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      BootstrapLock one = postgres.cluster(Membership.address(system), _ -> {});
      new ClusterBootstrap(system, membership, one, cluster).run();
      control =
          new ActorControlPlane(
              system,
              reached.directory(),
              Map::of,
              system.scheduler(),
              new ActorControlPlane.Patience(
                  PATIENCE,
                  cluster.getDuration("ask-again"),
                  cluster.getDuration("clock-skew"),
                  "No control node",
                  InstantSource.system(),
                  Optional::empty,
                  Optional::empty),
              Optional.empty());
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  ActorControlPlane control() {
    return control;
  }

  /** How many hosts this node knows. */
  int known() {
    return reached.hosts().hosts().size();
  }

  @Override
  public void close() {
    system.terminate();
    var _ =
        system
            .getWhenTerminated()
            .toCompletableFuture()
            .orTimeout(20, TimeUnit.SECONDS)
            .exceptionally(_ -> null)
            .join();
    logs.close();
    postgres.close();
  }
}
