package dev.dynode.actor.host;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.HostView;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.placement.Search;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Asks hosts for a place for one dyno, as {@link Search} says, and ends. */
public final class HostSearch extends AbstractBehavior<HostSearch.Command> {
  /** How soon it is looked again while there is a host that was not heard of yet. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** How long one host has for its answer before another is asked. */
  private static final Duration ANSWER = Duration.ofSeconds(1);

  /** Silent hosts are asked so often, each. */
  private static final int ROUNDS = 3;

  /** What a search understands. */
  public sealed interface Command {}

  /**
   * What a host answers.
   *
   * @param kept whether it keeps a place
   * @param view as it was before
   */
  public record Reservation(DynoId dyno, boolean kept, HostView view, boolean draining)
      implements Command {}

  private record Begin() implements Command {}

  private record Silent(HostId host) implements Command {}

  /** What came of it. */
  public sealed interface Result {
    /** A host keeps a place. */
    record Kept(HostId host, Grounds grounds) implements Result {}

    /** Nobody does, or none can be asked. */
    record Nowhere(Refusal why) implements Result {}
  }

  private final TimerScheduler<Command> timers;
  private final Hosts hosts;
  private final Placement placement;
  private final DynoId dyno;
  private final long bytes;
  private final Consumer<Result> told;
  private final List<ActorRef<HostAgent.Command>> asked = new ArrayList<>();
  private Search search;

  /** Whether every host had been heard of when the search began. */
  private boolean settled;

  private int silent;

  /**
   * @param bytes memory that the dyno's size promises it
   * @param told the result, once, on this actor's thread: may only send messages
   */
  public static Behavior<Command> create(
      Hosts hosts, Placement placement, DynoId dyno, long bytes, Consumer<Result> told) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new HostSearch(context, timers, hosts, placement, dyno, bytes, told)));
  }

  private HostSearch(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Hosts hosts,
      Placement placement,
      DynoId dyno,
      long bytes,
      Consumer<Result> told) {
    super(context);
    this.timers = timers;
    this.hosts = hosts;
    this.placement = placement;
    this.dyno = dyno;
    this.bytes = bytes;
    this.told = told;
    search = Search.of(placement, bytes, List.of(), 0);
    context.getSelf().tell(new Begin());
  }

  private Behavior<Command> begin() {
    settled = hosts.settled(); // before it is looked who they are
    search = Search.of(placement, bytes, hosts.hosts(), hosts.draining());
    return ask();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    return switch (command) {
      case Begin() -> begin();
      case Reservation(_, boolean kept, HostView view, boolean draining) when kept -> {
        hosts.seen(view.with(bytes), draining);
        yield end(new Result.Kept(view.id(), search.grounds(view)), Optional.of(view.id()));
      }
      case Reservation(_, _, HostView view, boolean draining) -> {
        if (!search.next().equals(Optional.of(view.id()))) {
          yield this; // it was given up before it answered
        }
        hosts.seen(view, draining);
        search = search.refused(view, draining);
        yield ask();
      }
      case Silent(HostId host) -> {
        if (!search.next().equals(Optional.of(host))) {
          yield this;
        }
        silent++;
        search = search.silent();
        yield silent > ROUNDS * search.left().size()
            ? end(new Result.Nowhere(search.refusal()), Optional.empty())
            : ask();
      }
    };
  }

  private Behavior<Command> ask() {
    Optional<HostId> next = search.next();
    if (next.isPresent()) {
      HostId host = next.get();
      timers.startSingleTimer("silent", new Silent(host), ANSWER);
      hosts
          .agent(host)
          .ifPresent(
              agent -> {
                asked.add(agent);
                agent.tell(new HostAgent.Reserve(dyno, bytes, getContext().getSelf()));
              });
      return this;
    }
    if (!settled) {
      timers.startSingleTimer("again", new Begin(), LOOK_AGAIN);
      return this;
    }
    return end(new Result.Nowhere(search.refusal()), Optional.empty());
  }

  /** Whoever else was asked and may keep a place now, or when it hears of this, needs not. */
  private Behavior<Command> end(Result result, Optional<HostId> keeps) {
    Optional<ActorRef<HostAgent.Command>> keeper = keeps.flatMap(hosts::agent);
    for (ActorRef<HostAgent.Command> agent : asked) {
      if (!keeper.equals(Optional.of(agent))) {
        agent.tell(new HostAgent.Release(dyno));
      }
    }
    told.accept(result);
    return Behaviors.stopped();
  }
}
