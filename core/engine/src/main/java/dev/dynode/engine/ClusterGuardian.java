package dev.dynode.engine;

import dev.dynode.domain.id.AppId;
import dev.dynode.engine.NodeGuardian.Control;
import dev.dynode.engine.NodeGuardian.Host;
import dev.dynode.engine.NodeGuardian.Reached;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.AppSurroundings;
import dev.dynode.engine.actor.Apps;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.HostWatch;
import dev.dynode.engine.actor.KnownHosts;
import dev.dynode.engine.actor.NameDirectory;
import dev.dynode.port.Standing;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;

/**
 * The root of a node in a cluster. Apps live on the control nodes, each on one of them (sharding);
 * so does the directory of names (singleton). They and the edges know where the hosts are.
 */
public final class ClusterGuardian {
  /** The role of nodes that hold apps. */
  public static final String CONTROL = "control";

  private static final EntityTypeKey<AppSupervisor.Command> APP =
      EntityTypeKey.create(AppSupervisor.Command.class, "App");

  private ClusterGuardian() {}

  /**
   * Times of a cluster.
   *
   * @param hosts how often hosts tell of themselves
   * @param lease how long dynos go on when no control node or edge hears of their host
   * @param keeping see {@link HostWatch#create}
   * @param freeAfter see {@link NameDirectory.Parts}
   */
  public record Times(Duration hosts, Duration lease, Duration keeping, Duration freeAfter) {}

  /**
   * A node of a cluster. It must not join that before this guardian can be asked.
   *
   * @param host none where this node runs no dynos
   */
  public static Behavior<NodeGuardian.Command> create(
      Control control, Optional<Host> host, KnownHosts hosts, Standing standing, Times times) {
    return Behaviors.setup(
        context -> {
          var system = context.getSystem();
          var surroundings = new CompletableFuture<AppSurroundings>();
          ActorRef<ShardingEnvelope<AppSupervisor.Command>> shards =
              ClusterSharding.get(system)
                  .init(
                      Entity.of(
                              APP,
                              app ->
                                  AppSupervisor.create(
                                      AppId.of(app.getEntityId()), surroundings.join()))
                          .withRole(CONTROL)
                          .withStopMessage(new AppSupervisor.Leave()));
          Apps apps =
              (app, command) -> shards.tell(new ShardingEnvelope<>(app.toString(), command));
          ActorRef<NameDirectory.Command> directory =
              ClusterSingleton.get(system)
                  .init(
                      SingletonActor.of(
                              NameDirectory.create(
                                  new NameDirectory.Parts(
                                      control.mostApps(),
                                      times.freeAfter(),
                                      control.checkNamesAfter(),
                                      control.clock(),
                                      apps,
                                      control.names())),
                              "directory")
                          .withSettings(ClusterSingletonSettings.create(system).withRole(CONTROL)));
          if (!Cluster.get(system).selfMember().getRoles().equals(Set.of(HostAgent.ROLE))) {
            context.spawn(
                HostWatch.create(hosts, times.hosts(), standing, times.keeping()), "hosts");
          }
          Optional<ActorRef<HostAgent.Command>> agent =
              host.map(
                  here ->
                      context.spawn(
                          HostAgent.create(
                              here.surroundings().apply(apps),
                              here.found(),
                              Optional.of(
                                  new HostAgent.Membership(
                                      here.rendezvous(),
                                      times.hosts(),
                                      times.lease(),
                                      standing::cluster))),
                          "host"));
          var reached = new Reached(directory, hosts, agent);
          surroundings.complete(NodeGuardian.surroundings(control, reached, system.ignoreRef()));
          return Behaviors.receiveMessage(
              message -> {
                switch (message) {
                  case NodeGuardian.ToApp(AppId app, var command) -> apps.tell(app, command);
                  case NodeGuardian.Find(var replyTo) -> replyTo.tell(reached);
                  case NodeGuardian.Ended _ -> {} // shards start what has ended
                }
                return Behaviors.same();
              });
        });
  }
}
