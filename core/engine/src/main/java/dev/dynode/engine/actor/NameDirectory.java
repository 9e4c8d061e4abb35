package dev.dynode.engine.actor;

import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.directory.DirectoryOrder;
import dev.dynode.domain.id.AppId;
import dev.dynode.engine.actor.DeciderActor.Decide;
import dev.dynode.engine.actor.DeciderActor.Message;
import dev.dynode.engine.actor.DeciderActor.Outcome;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;

/** Which names are taken. There is one in an installation. */
public final class NameDirectory extends AbstractBehavior<NameDirectory.Command> {
  private static final int MOST_WAITING = 10_000;

  /** What the directory understands. */
  public sealed interface Command {}

  /**
   * Claim or free a name.
   *
   * @param notAfter when whoever asks waits no longer; nodes of the last release do not say
   */
  public record Change(
      DirectoryCommand command, Optional<Instant> notAfter, ActorRef<Answer<Boolean>> replyTo)
      implements Command {}

  /** Whose a name is, or whether an app of this id has one. */
  public record Find(String identity, ActorRef<Found> replyTo) implements Command {}

  /** The app of a name or id. */
  public record Found(Optional<AppId> app) {}

  private record Changed(Map<String, AppId> taken) implements Command {}

  private record Ordered(DirectoryOrder order) implements Command {}

  private record Claimed(Change claim, Outcome<DirectoryEvent, AppDirectory.Names> outcome)
      implements Command {}

  private record Check(String name, AppId app) implements Command {}

  /** The journal did not take it. */
  private record NotFreed(String name, AppId app) implements Command {}

  private record LedgerEnded() implements Command {}

  /**
   * What it works with.
   *
   * @param most apps the installation may hold
   * @param freeAfter how long after a start a name stays that its app turns out not to have: longer
   *     than a call may take that began before
   * @param checkAfter the same after a claim: longer than a call may take
   * @param names told all names after each change, on the directory's thread
   */
  public record Parts(
      int most,
      Duration freeAfter,
      Duration checkAfter,
      InstantSource clock,
      Apps apps,
      Consumer<Map<String, AppId>> names) {}

  private final Parts parts;
  private final StashBuffer<Command> early;
  private final TimerScheduler<Command> timers;
  private ActorRef<Message<DirectoryCommand, DirectoryEvent, AppDirectory.Names>> ledger;
  private Optional<Map<String, AppId>> taken = Optional.empty();

  public static Behavior<Command> create(Parts parts) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context ->
                    Behaviors.withTimers(
                        timers ->
                            Behaviors.withStash(
                                MOST_WAITING,
                                early -> new NameDirectory(context, timers, early, parts)))))
        .onFailure(
            Throwable.class,
            SupervisorStrategy.restartWithBackoff(
                Duration.ofMillis(20), Duration.ofSeconds(5), 0.2));
  }

  private NameDirectory(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StashBuffer<Command> early,
      Parts parts) {
    super(context);
    this.parts = parts;
    this.timers = timers;
    this.early = early;
    ledger = ledger(context);
  }

  private ActorRef<Message<DirectoryCommand, DirectoryEvent, AppDirectory.Names>> ledger(
      ActorContext<Command> context) {
    ActorRef<Command> self = context.getSelf();
    ActorRef<Message<DirectoryCommand, DirectoryEvent, AppDirectory.Names>> actor =
        context.spawn(
            DeciderActor.create(
                PersistenceId.of("Directory", "apps"),
                new AppDirectory(parts.most()),
                parts.clock(),
                Policies.snapshotEvery(context.getSystem().settings().config()),
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
    context.watchWith(actor, new LedgerEnded());
    return actor;
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
      case Change asked when asked.command() instanceof DirectoryCommand.FreeName free -> {
        ActorRef<Command> self = getContext().getSelf();
        ledger.tell(
            new Decide<>(
                free,
                outcome -> {
                  answer(asked, outcome);
                  if (outcome instanceof Outcome.Failed) { // its app may want it again by then
                    self.tell(new NotFreed(free.name(), free.app()));
                  }
                }));
      }
      case NotFreed(String name, AppId app) -> check(name, app, parts.checkAfter());
      case Change asked -> {
        ActorRef<Command> self = getContext().getSelf();
        ledger.tell(
            new Decide<>(
                asked.command(),
                asked.notAfter(),
                outcome -> self.tell(new Claimed(asked, outcome))));
      }
      case Claimed(Change claim, var outcome) -> claimed(claim, outcome);
      case LedgerEnded() -> ledger = ledger(getContext());
      case Find find -> {
        if (taken.isPresent()) {
          find.replyTo().tell(new Found(find(taken.get(), find.identity())));
        } else if (!early.isFull()) {
          early.stash(find);
        }
      }
      case Ordered(DirectoryOrder.Wake wake) -> {
        parts.apps().tell(wake.app(), new AppSupervisor.Wake());
        check(wake.name(), wake.app(), parts.freeAfter());
      }
      case Check(String name, AppId app) ->
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

  /**
   * A claim is the first step of a create or a rename. Whether the last was made is looked at when
   * nobody can make it any more: a name its app does not have is free again, be it the new or the
   * old one.
   */
  private void claimed(Change claim, Outcome<DirectoryEvent, AppDirectory.Names> outcome) {
    answer(claim, outcome);
    if (claim.command() instanceof DirectoryCommand.ClaimName(_, String name, AppId app)
        && !(outcome instanceof Outcome.Refused)) {
      check(name, app, parts.checkAfter());
      taken
          .orElse(Map.of())
          .forEach(
              (other, of) -> {
                if (of.equals(app)) {
                  check(other, app, parts.checkAfter());
                }
              });
    }
  }

  /** Another claim of the name puts it off. */
  private void check(String name, AppId app, Duration after) {
    timers.startSingleTimer(name, new Check(name, app), after);
  }

  private static void answer(Change asked, Outcome<DirectoryEvent, AppDirectory.Names> outcome) {
    switch (outcome) {
      case Outcome.Accepted<DirectoryEvent, AppDirectory.Names> _ ->
          asked.replyTo().tell(new Answer.Done<>(true));
      case Outcome.Refused<DirectoryEvent, AppDirectory.Names>(var refusal) ->
          asked.replyTo().tell(new Answer.Refused<>(refusal));
      case Outcome.Failed<DirectoryEvent, AppDirectory.Names>(var why) ->
          asked.notAfter().ifPresent(_ -> asked.replyTo().tell(new Answer.Failed<>(why)));
    }
  }
}
