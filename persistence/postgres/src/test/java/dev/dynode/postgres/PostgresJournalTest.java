package dev.dynode.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.serialization.EventSerialization;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The journal of a cluster: the plugin on our schema, read by our rows. */
@Tag("cluster")
class PostgresJournalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Config config =
      EventSerialization.ofEvents()
          .withFallback(Server.config())
          .withFallback(ConfigFactory.load());

  /** Claims names for one app. */
  private record Claim(String name, ActorRef<Done> replyTo) {}

  private static final class Claims extends EventSourcedBehavior<Claim, DirectoryEvent, Integer> {
    static Behavior<Claim> create(String id) {
      return Behaviors.setup(_ -> new Claims(id));
    }

    private Claims(String id) {
      super(PersistenceId.ofUniqueId(id));
    }

    @Override
    public Integer emptyState() {
      return 0;
    }

    @Override
    public CommandHandler<Claim, DirectoryEvent, Integer> commandHandler() {
      return newCommandHandlerBuilder()
          .forAnyState()
          .onAnyCommand(
              (_, claim) ->
                  Effect()
                      .persist(
                          (DirectoryEvent)
                              new DirectoryEvent.NameClaimed(
                                  Instant.EPOCH, "me", claim.name(), new AppId(new UUID(0, 1))))
                      .thenRun(_ -> claim.replyTo().tell(Done.getInstance())));
    }

    @Override
    public EventHandler<Integer, DirectoryEvent> eventHandler() {
      return newEventHandlerBuilder().forAnyState().onAnyEvent((count, _) -> count + 1);
    }
  }

  private ActorSystem<SpawnProtocol.Command> open() {
    return ActorSystem.create(Behaviors.setup(_ -> SpawnProtocol.create()), "journal-test", config);
  }

  private static void close(ActorSystem<?> system) throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static CompletionStage<Done> claim(
      ActorSystem<?> system, ActorRef<Claim> claims, String name) {
    return AskPattern.ask(
        claims, replyTo -> new Claim(name, replyTo), PATIENCE, system.scheduler());
  }

  private static void claimed(ActorSystem<?> system, ActorRef<Claim> claims, String name)
      throws Exception {
    claim(system, claims, name).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static List<Row> all(Iterator<Row> rows) {
    var all = new ArrayList<Row>();
    rows.forEachRemaining(all::add);
    return all;
  }

  private static List<String> numbers(Iterator<Row> rows) {
    return all(rows).stream()
        .map(row -> ((Row.Event) row).event())
        .map(event -> event.persistenceId() + " " + event.sequenceNr())
        .toList();
  }

  @Test
  void rowsTellWhatActorsPersistedAtOneMoment() throws Exception {
    try (Postgres postgres = Server.migrated(config)) {
      postgres.migrate(); // again: nothing happens
    }
    ActorSystem<SpawnProtocol.Command> system = open();
    try {
      ActorRef<Claim> b = system.systemActorOf(Claims.create("b"), "b", Props.empty());
      ActorRef<Claim> a = system.systemActorOf(Claims.create("Z"), "a", Props.empty());
      claimed(system, b, "one");
      claimed(system, a, "two");
      claimed(system, b, "three");
      try (Rows rows = PostgresRows.of(system)) {
        claimed(system, a, "later");
        assertEquals(List.of("Z 1", "b 1", "b 2"), numbers(rows.events()));
        assertEquals(List.of("b 1", "b 2"), numbers(rows.events("b")));
        assertEquals(List.of("b 2", "b 1"), numbers(rows.backwards("b")));
        assertEquals(2, rows.highest("b"));
        assertEquals(0, rows.highest("c"));
        assertEquals(List.of(new Row.Highest("Z", 1), new Row.Highest("b", 2)), all(rows.ids()));
        assertEquals(3, all(rows.places(1)).size());
        assertEquals(((Row.Place) all(rows.places(1)).getLast()).offset(), rows.lastOffset());
        assertTrue(rows.event("b", 2).orElseThrow() instanceof Row.Event);
        assertTrue(rows.event("b", 3).isEmpty());
        assertEquals(List.of(), all(rows.snapshots()));
      }
      try (Rows rows = PostgresRows.of(system)) {
        assertEquals(2, rows.highest("Z"));
      }
    } finally {
      close(system);
    }
  }

  @Test
  void aSecondWriterOfAnIdIsRefused() throws Exception {
    try (Postgres postgres = Server.migrated(config)) {
      assertTrue(postgres.connection().isValid(5));
    }
    ActorSystem<SpawnProtocol.Command> one = open();
    ActorSystem<SpawnProtocol.Command> two = open();
    try {
      ActorRef<Claim> first = one.systemActorOf(Claims.create("id"), "claims", Props.empty());
      ActorRef<Claim> second = two.systemActorOf(Claims.create("id"), "claims", Props.empty());
      claimed(one, first, "one");
      ActorRef<Claim> known = first;
      assertThrows(
          Exception.class,
          () -> {
            claimed(one, known, "two");
            AskPattern.ask(
                    second,
                    (ActorRef<Done> replyTo) -> new Claim("doubled", replyTo),
                    Duration.ofSeconds(3),
                    two.scheduler())
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
          });
      try (Rows rows = PostgresRows.of(one)) {
        assertEquals(List.of("id 1", "id 2"), numbers(rows.events("id")));
      }
    } finally {
      close(one);
      close(two);
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsNamed() {
    Config nowhere =
        ConfigFactory.parseMap(
                Map.of(
                    "dynode.postgres.url",
                    "jdbc:postgresql://127.0.0.1:1/dynode",
                    "dynode.postgres.connect-within",
                    "300 ms"))
            .withFallback(config);
    try (Postgres postgres = Postgres.open(nowhere)) {
      IOException refused = assertThrows(IOException.class, postgres::migrate);
      assertTrue(
          String.valueOf(refused.getMessage())
              .startsWith("The database jdbc:postgresql://127.0.0.1:1/dynode cannot be used: "),
          refused::toString);
    }
  }
}
