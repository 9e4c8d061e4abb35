package dev.dynode.journal;

import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** Journals one event a command; its state is the number of events. */
final class Counter extends EventSourcedBehavior<Counter.Command, Counter.Event, Long> {
  sealed interface Command {}

  /** Answered with the number of the event, once journaled. */
  record Add(String note, ActorRef<Long> acknowledge) implements Command {}

  record Get(ActorRef<Long> answer) implements Command {}

  record Stop(ActorRef<Done> answer) implements Command {}

  sealed interface Event {}

  record Added(long number, String note) implements Event {}

  private Counter(String id) {
    super(PersistenceId.ofUniqueId(id));
  }

  static Behavior<Command> create(String id) {
    return Behaviors.setup(_ -> new Counter(id));
  }

  @Override
  public Long emptyState() {
    return 0L;
  }

  @Override
  public CommandHandler<Command, Event, Long> commandHandler() {
    return (count, command) ->
        switch (command) {
          case Add add ->
              Effect()
                  .persist(new Added(count + 1, add.note()))
                  .thenRun((Long state) -> add.acknowledge().tell(state));
          case Get get -> Effect().none().thenRun((Long state) -> get.answer().tell(state));
          case Stop stop ->
              Effect().stop().thenRun((Long _) -> stop.answer().tell(Done.getInstance()));
        };
  }

  @Override
  public EventHandler<Long, Event> eventHandler() {
    return (count, event) ->
        switch (event) {
          case Added added -> {
            if (added.number() != count + 1) {
              throw new IllegalStateException("gap: " + added.number() + " after " + count);
            }
            yield added.number();
          }
        };
  }
}
