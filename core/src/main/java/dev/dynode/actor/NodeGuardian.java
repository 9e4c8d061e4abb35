package dev.dynode.actor;

import dev.dynode.actor.DeciderActor.Decide;
import dev.dynode.actor.DeciderActor.Message;
import dev.dynode.actor.DeciderActor.Outcome;
import dev.dynode.actor.app.AppSupervisor;
import dev.dynode.actor.app.AppSurroundings;
import dev.dynode.actor.host.HostAgent;
import dev.dynode.actor.host.HostSurroundings;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.directory.DirectoryOrder;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.id.AppId;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ProcessRuntime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The root of a node: the directory of names, an {@link AppSupervisor} per app, the host's agent.
 */
public final class NodeGuardian extends AbstractBehavior<NodeGuardian.Command> {

  /** What the guardian understands. */
  public sealed interface Command {}

  /** Give this to the app's supervisor. */
  public record ToApp(AppId app, AppSupervisor.Command command) implements Command {}

  /** Claim or free a name. */
  public record Names(DirectoryCommand command, ActorRef<Answer<Boolean>> replyTo)
      implements Command {}

  /** Who looks after this host's processes. */
  public record FindHost(ActorRef<ActorRef<HostAgent.Command>> replyTo) implements Command {}

  private record Directory(DirectoryOrder order) implements Command {}

  private record FreeName(String name, AppId app) implements Command {}

  /**
   * What a node is made of.
   *
   * @param found what an earlier life of this host left
   * @param mostApps apps the installation may hold
   * @param names told all names after each change, on the directory's thread
   */
  public record Parts(
      AppPolicy policy,
      HostSurroundings host,
      ProcessRuntime.Recovery found,
      int mostApps,
      Consumer<Map<String, AppId>> names) {}

  private final AppSurroundings surroundings;
  private final ActorRef<HostAgent.Command> host;
  private final ActorRef<Message<DirectoryCommand, DirectoryEvent, AppDirectory.Names>> directory;
  private final Map<AppId, ActorRef<AppSupervisor.Command>> apps = new HashMap<>();

  public static Behavior<Command> create(Parts parts) {
    return Behaviors.setup(context -> new NodeGuardian(context, parts));
  }

  private NodeGuardian(ActorContext<Command> context, Parts parts) {
    super(context);
    ActorRef<Command> self = context.getSelf();
    host = context.spawn(HostAgent.create(parts.host(), parts.found()), "host");
    surroundings =
        new AppSurroundings(
            parts.policy(),
            parts.host().clock(),
            parts.host().logs(),
            parts.host().load(),
            host,
            (name, app) -> self.tell(new FreeName(name, app)));
    directory =
        context.spawn(
            DeciderActor.create(
                PersistenceId.of("Directory", "apps"),
                new AppDirectory(parts.mostApps()),
                parts.host().clock(),
                (_, _) ->
                    new DeciderActor.Executor<DirectoryOrder, AppDirectory.Names>() {
                      @Override
                      public void changed(AppDirectory.Names state) {
                        parts.names().accept(state.taken());
                      }

                      @Override
                      public void execute(DirectoryOrder order) {
                        self.tell(new Directory(order));
                      }
                    }),
            "directory");
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command message) {
    switch (message) {
      case ToApp(AppId app, AppSupervisor.Command command) -> supervisor(app).tell(command);
      case Names(DirectoryCommand command, var replyTo) ->
          directory.tell(new Decide<>(command, outcome -> replyTo.tell(answer(outcome))));
      case FindHost(var replyTo) -> replyTo.tell(host);
      case Directory(DirectoryOrder.Wake(String name, AppId app)) ->
          supervisor(app).tell(new AppSupervisor.FreeNameIfAbsent(name));
      case FreeName(String name, AppId app) ->
          directory.tell(
              new Decide<>(new DirectoryCommand.FreeName(DynoDecider.SYSTEM, name, app)));
    }
    return this;
  }

  private ActorRef<AppSupervisor.Command> supervisor(AppId app) {
    return apps.computeIfAbsent(
        app, id -> getContext().spawn(AppSupervisor.create(id, surroundings), "app-" + id));
  }

  private static Answer<Boolean> answer(Outcome<DirectoryEvent, AppDirectory.Names> outcome) {
    return switch (outcome) {
      case Outcome.Accepted<DirectoryEvent, AppDirectory.Names> _ -> new Answer.Done<>(true);
      case Outcome.Refused<DirectoryEvent, AppDirectory.Names>(var refusal) ->
          new Answer.Refused<>(refusal);
    };
  }
}
