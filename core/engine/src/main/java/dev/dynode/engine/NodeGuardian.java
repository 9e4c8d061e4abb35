package dev.dynode.engine;

import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.AppSurroundings;
import dev.dynode.engine.actor.Apps;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.HostLoad;
import dev.dynode.engine.actor.HostSurroundings;
import dev.dynode.engine.actor.Hosts;
import dev.dynode.engine.actor.NameDirectory;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * The root of a node that is alone: the directory of names, an {@link AppSupervisor} per app, the
 * host's agent. In a cluster it is {@link ClusterGuardian}.
 */
public final class NodeGuardian extends AbstractBehavior<NodeGuardian.Command> {

  /** What the guardian understands. */
  public sealed interface Command {}

  /** What is reached from outside the actors? */
  public record Find(ActorRef<Reached> replyTo) implements Command {}

  /** Give this to the app's supervisor, wherever it lives. */
  public record ToApp(AppId app, AppSupervisor.Command command) implements Command {}

  /** An app's supervisor is no more: the next message starts another. */
  record Ended(AppId app) implements Command {}

  /**
   * What is reached from outside the actors.
   *
   * @param agent of this host; none where this node runs no dynos
   */
  public record Reached(
      ActorRef<NameDirectory.Command> directory,
      Hosts hosts,
      Optional<ActorRef<HostAgent.Command>> agent) {}

  /**
   * What every control node is made of.
   *
   * @param removeSlugs forgets archives and files of slugs; returns at once
   * @param mostApps apps the installation may hold
   * @param checkNamesAfter see {@link NameDirectory.Parts}
   * @param names told all names after each change, on the directory's thread
   */
  public record Control(
      AppPolicy policy,
      Placement placement,
      InstantSource clock,
      LogStore logs,
      Consumer<List<SlugId>> removeSlugs,
      int mostApps,
      Duration checkNamesAfter,
      Consumer<Map<String, AppId>> names) {}

  /**
   * What a host is made of.
   *
   * @param surroundings given the apps
   * @param found what an earlier life of this host left
   * @param rendezvous host and port at which clients attach; empty until that is known
   */
  public record Host(
      Function<Apps, HostSurroundings> surroundings,
      HostLoad load,
      ProcessRuntime.Recovery found,
      Supplier<String> rendezvous) {}

  private final Reached reached;
  private final AppSurroundings surroundings;
  private final Map<AppId, ActorRef<AppSupervisor.Command>> apps = new HashMap<>();

  public static Behavior<Command> create(Control control, Host host) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(context -> new NodeGuardian(context, control, host)))
        .onFailure(Throwable.class, SupervisorStrategy.resume()); // or the node ends with it
  }

  private NodeGuardian(ActorContext<Command> context, Control control, Host host) {
    super(context);
    ActorRef<Command> self = context.getSelf();
    Apps all = (app, command) -> self.tell(new ToApp(app, command));
    var agent =
        context.spawn(
            HostAgent.create(host.surroundings().apply(all), host.found(), Optional.empty()),
            "host");
    var directory =
        context.spawn(
            NameDirectory.create(
                new NameDirectory.Parts(
                    control.mostApps(),
                    Duration.ZERO,
                    control.checkNamesAfter(),
                    control.clock(),
                    all,
                    control.names())),
            "directory");
    reached =
        new Reached(
            directory, new Hosts.One(host.load(), agent, host.rendezvous()), Optional.of(agent));
    surroundings = surroundings(control, reached, context.getSystem().ignoreRef());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command message) {
    switch (message) {
      case ToApp(AppId app, AppSupervisor.Command command) ->
          apps.computeIfAbsent(app, this::supervisor).tell(command);
      case Ended(AppId app) -> apps.remove(app);
      case Find(var replyTo) -> replyTo.tell(reached);
    }
    return this;
  }

  private ActorRef<AppSupervisor.Command> supervisor(AppId app) {
    ActorRef<AppSupervisor.Command> supervisor =
        getContext().spawn(AppSupervisor.create(app, surroundings), "app-" + app);
    getContext().watchWith(supervisor, new Ended(app));
    return supervisor;
  }

  static AppSurroundings surroundings(
      Control control, Reached reached, ActorRef<Answer<Boolean>> nobody) {
    return new AppSurroundings(
        control.policy(),
        control.clock(),
        control.logs(),
        reached.hosts(),
        control.placement(),
        (name, app) ->
            reached
                .directory()
                .tell(
                    new NameDirectory.Change(
                        new DirectoryCommand.FreeName(DynoDecider.SYSTEM, name, app),
                        Optional.empty(),
                        nobody)),
        control.removeSlugs());
  }
}
