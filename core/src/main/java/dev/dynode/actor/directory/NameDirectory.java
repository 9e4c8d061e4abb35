package dev.dynode.actor.directory;

import dev.dynode.actor.DeciderActor;
import dev.dynode.actor.DeciderActor.Decide;
import dev.dynode.actor.DeciderActor.Message;
import dev.dynode.actor.DeciderActor.Outcome;
import dev.dynode.actor.app.AppSupervisor;
import dev.dynode.actor.app.Apps;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.directory.DirectoryOrder;
import dev.dynode.domain.id.AppId;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.persistence.typed.PersistenceId;

/** Which names are taken. There is one in an installation. */
public final class NameDirectory extends AbstractBehavior<NameDirectory.Command> {
  private static final int MOST_WAITING = 10_000;

  /** What the directory understands. */
  public sealed interface Command {}

  /** Claim or free a name. */
  public record Change(DirectoryCommand command, ActorRef<Answer<Boolean>> replyTo)
      implements Command {}

  /** Whose a name is, or whether an app of this id has one. */
  public record Find(String identity, ActorRef<Found> replyTo) implements Command {}

  /** The app of a name or id. */
  public record Found(Optional<AppId> app) {}

  private record Changed(Map<String, AppId> taken) implements Command {}

  private record Ordered(DirectoryOrder order) implements Command {}

  private record Free(DirectoryOrder.Wake wake) implements Command {}

  /**
   * What it works with.
   *
   * @param most apps the installation may hold
   * @param freeAfter how long after a start an app that was never created keeps its name: longer
   *     than a create call may take that began before
   * @param names told all names after each change, on the directory's thread
   */
  public record Parts(
      int most,
      Duration freeAfter,
      InstantSource clock,
      Apps apps,
      Consumer<Map<String, AppId>> names) {}

  private final Parts parts;
  private final StashBuffer<Command> early;
  private final ActorRef<Message<DirectoryCommand, DirectoryEvent, AppDirectory.Names>> ledger;
  private Optional<Map<String, AppId>> taken = Optional.empty();

  public static Behavior<Command> create(Parts parts) {
    return Behaviors.setup(
        context ->
            Behaviors.withStash(MOST_WAITING, early -> new NameDirectory(context, early, parts)));
  }

  private NameDirectory(ActorContext<Command> context, StashBuffer<Command> early, Parts parts) {
    super(context);
    this.parts = parts;
    this.early = early;
    ActorRef<Command> self = context.getSelf();
    ledger =
        context.spawn(
            DeciderActor.create(
                PersistenceId.of("Directory", "apps"),
                new AppDirectory(parts.most()),
                parts.clock(),
                (_, _) ->
                    new DeciderActor.Executor<DirectoryOrder, AppDirectory.Names>() {
                      @Override
                      public void changed(AppDirectory.Names state) {
                        self.tell(new Changed(state.taken()));
                        parts.names().accept(state.taken());
                      }

                      @Override
                      public void execute(DirectoryOrder order) {
                        self.tell(new Ordered(order));
                      }
                    }),
            "ledger");
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    switch (command) {
      case Changed(Map<String, AppId> now) -> {
        boolean first = taken.isEmpty();
        taken = Optional.of(now);
        return first ? early.unstashAll(this) : this;
      }
      case Change(DirectoryCommand change, var replyTo) ->
          ledger.tell(new Decide<>(change, outcome -> replyTo.tell(answer(outcome))));
      case Find find -> {
        if (taken.isEmpty()) {
          early.stash(find);
        } else {
          find.replyTo().tell(new Found(find(taken.get(), find.identity())));
        }
      }
      case Ordered(DirectoryOrder.Wake wake) -> {
        parts.apps().tell(wake.app(), new AppSupervisor.Wake());
        getContext().scheduleOnce(parts.freeAfter(), getContext().getSelf(), new Free(wake));
      }
      case Free(DirectoryOrder.Wake(String name, AppId app)) ->
          parts.apps().tell(app, new AppSupervisor.FreeNameIfAbsent(name));
    }
    return this;
  }

  /** The app of this id or name, of all there are. */
  public static Optional<AppId> find(Map<String, AppId> taken, String identity) {
    AppId named = taken.get(identity);
    return named != null
        ? Optional.of(named)
        : taken.values().stream().filter(app -> app.toString().equals(identity)).findAny();
  }

  private static Answer<Boolean> answer(Outcome<DirectoryEvent, AppDirectory.Names> outcome) {
    return switch (outcome) {
      case Outcome.Accepted<DirectoryEvent, AppDirectory.Names> _ -> new Answer.Done<>(true);
      case Outcome.Refused<DirectoryEvent, AppDirectory.Names>(var refusal) ->
          new Answer.Refused<>(refusal);
    };
  }
}
