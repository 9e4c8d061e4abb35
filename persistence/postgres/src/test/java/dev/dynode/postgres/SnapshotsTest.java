package dev.dynode.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.engine.actor.DeciderActor;
import dev.dynode.engine.actor.DeciderActor.Decide;
import dev.dynode.engine.actor.DeciderActor.End;
import dev.dynode.engine.actor.DeciderActor.Look;
import dev.dynode.engine.actor.DeciderActor.Message;
import dev.dynode.journal.Damage;
import dev.dynode.journal.Packed;
import dev.dynode.journal.Rows;
import dev.dynode.journal.StoredSnapshot;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.Verification;
import dev.dynode.serialization.EventSerialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A ledger goes on from a state that was kept, and from its events where that is of another build,
 * or damaged. In either journal.
 */
@Tag("cluster")
class SnapshotsTest {
  private static final String USER = "user@example.com";
  private static final int EVERY = 10;
  private static final String ID = "App|" + new UUID(1, 1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  /** Where the journal is. */
  enum Where {
    FOLDER {
      @Override
      Config config(Path folder) {
        return ConfigFactory.parseMap(
                Map.of(
                    "dynode.journal.directory",
                    folder.toString(),
                    "dynode.journal.native-directory",
                    Path.of("target", "native").toAbsolutePath().toString(),
                    "pekko.persistence.journal.plugin",
                    "dynode.journal",
                    "pekko.persistence.snapshot-store.plugin",
                    "dynode.snapshot-store",
                    "pekko.loglevel",
                    "ERROR"))
            .withFallback(ConfigFactory.load());
      }
    },
    DATABASE {
      @Override
      Config config(Path folder) throws IOException {
        Config config = Server.config();
        Server.migrated(config).close();
        return config;
      }
    };

    abstract Config config(Path folder) throws IOException;
  }

  private Optional<Integer> ledgerEvery = Optional.of(EVERY);

  /** A node over that journal, with one ledger. */
  private final class Ledger implements AutoCloseable {
    private final ActorSystem<SpawnProtocol.Command> system;
    private final ActorRef<Message<AppCommand, AppEvent, AppState>> actor;

    Ledger(Config config) {
      system =
          ActorSystem.create(
              Behaviors.setup(_ -> SpawnProtocol.create()),
              "snapshots",
              EventSerialization.ofEvents().withFallback(config));
      actor =
          system.systemActorOf(
              DeciderActor.create(
                  PersistenceId.ofUniqueId(ID),
                  new AppDecider(AppPolicy.HEROKU),
                  InstantSource.fixed(Instant.EPOCH),
                  ledgerEvery.orElse(0),
                  (_, _) ->
                      new DeciderActor.Executor<AppOrder, AppState>() {
                        @Override
                        public void changed(AppState state) {}

                        @Override
                        public void execute(AppOrder order) {}
                      }),
              "ledger",
              Props.empty());
    }

    private <T> T ask(Function<CompletableFuture<T>, Message<AppCommand, AppEvent, AppState>> how) {
      var answer = new CompletableFuture<T>();
      actor.tell(how.apply(answer));
      return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    AppState state() {
      return this.<AppState>ask(answer -> new Look<>(answer::complete));
    }

    void decide(AppCommand command) {
      var outcome =
          this.<DeciderActor.Outcome<AppEvent, AppState>>ask(
              answer -> new Decide<>(command, answer::complete));
      assertTrue(outcome instanceof DeciderActor.Outcome.Accepted, outcome.toString());
    }

    /** So many dynos come and go, two events each. */
    void dynos(int from, int count) {
      for (int i = from; i < from + count; i++) {
        var dyno = new DynoId(new UUID(2, i));
        decide(
            new AppCommand.RunDyno(
                USER,
                dyno,
                i,
                "rake task",
                "run",
                Optional.empty(),
                false,
                false,
                Map.of("NAME", "value"),
                Optional.empty(),
                Optional.of("key-" + i)));
        if (i % 3 != 0) {
          decide(
              new AppCommand.RetireDyno(
                  "dynode", dyno, Ending.EXITED, Optional.of(0), Instant.EPOCH));
        }
      }
    }

    <T> T rows(Function<Rows, T> with) {
      try (Rows rows = PostgresRows.of(system)) {
        return with.apply(rows);
      }
    }

    List<StoredSnapshot> kept() {
      return rows(
          rows -> {
            var all = new ArrayList<StoredSnapshot>();
            for (Iterator<Rows.Row> each = rows.snapshots(); each.hasNext(); ) {
              all.add(((Rows.Row.State) each.next()).snapshot());
            }
            return all;
          });
    }

    void awaitKept(long sequence) {
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (kept().stream().noneMatch(state -> state.sequenceNr() == sequence)) {
        assertTrue(System.nanoTime() < until, () -> "kept are " + kept());
        Thread.onSpinWait();
      }
    }

    List<Divergence> verify() {
      return rows(
          rows -> {
            var found = new ArrayList<Divergence>();
            new Verification(rows, new EventCodec(system.settings().config()), found::add, _ -> {})
                .run();
            return found.stream().filter(each -> each.kind() == Divergence.Kind.SNAPSHOT).toList();
          });
    }

    @Override
    public void close() {
      actor.tell(new End<>());
      system.terminate();
      CompletionStage<?> over = system.getWhenTerminated();
      over.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  private static void create(Ledger ledger) {
    ledger.decide(
        new AppCommand.CreateApp(
            USER,
            new AppId(new UUID(1, 1)),
            new ReleaseId(new UUID(3, 1)),
            "demo",
            Tier.PRODUCTION,
            "local",
            "dynode-1"));
    ledger.decide(
        new AppCommand.SetConfig(
            USER, new ReleaseId(new UUID(3, 2)), Map.of("KEY", Optional.of("value"))));
  }

  private void change(Where where, Config config, Change change) throws Exception {
    if (where == Where.FOLDER) {
      try (var journal = new Damage(config.getConfig("dynode.journal"))) {
        change.inFolder(journal);
      }
    } else {
      try (var database = Server.migrated(config);
          var connection = database.connection();
          var statement = connection.createStatement()) {
        assertTrue(statement.executeUpdate(change.inDatabase()) > 0);
      }
    }
  }

  private interface Change {
    void inFolder(Damage journal);

    String inDatabase();
  }

  /** Nothing is left but what came after the state that was kept. */
  private static Change withoutEventsUntil(long sequence) {
    return new Change() {
      @Override
      public void inFolder(Damage journal) {
        journal.events(ID).stream()
            .filter(event -> event.sequenceNr() <= sequence)
            .forEach(journal::delete);
      }

      @Override
      public String inDatabase() {
        return "DELETE FROM event_journal WHERE sequence_number <= " + sequence;
      }
    };
  }

  private static Change keptBy(String manifest) {
    return new Change() {
      @Override
      public void inFolder(Damage journal) {
        var now = journal.state(ID);
        journal.snapshot(ID, 20, new Packed(now.serializer(), manifest, now.bytes()));
      }

      @Override
      public String inDatabase() {
        return "UPDATE snapshot SET snapshot_ser_manifest = '" + manifest + "'";
      }
    };
  }

  private static final Change TORN =
      new Change() {
        @Override
        public void inFolder(Damage journal) {
          var now = journal.state(ID);
          journal.snapshot(
              ID, 20, new Packed(now.serializer(), now.manifest(), Arrays.copyOf(now.bytes(), 99)));
        }

        @Override
        public String inDatabase() {
          return "UPDATE snapshot SET snapshot_payload = substring(snapshot_payload FOR 99)";
        }
      };

  @ParameterizedTest
  @EnumSource(Where.class)
  void aLedgerGoesOnFromTheStateThatWasKept(Where where) throws Exception {
    Config config = where.config(folder);
    AppState then;
    try (var ledger = new Ledger(config)) {
      create(ledger);
      ledger.dynos(0, 12); // 24 events: kept after 10 and after 20
      ledger.awaitKept(20);
      then = ledger.state();
      assertEquals(List.of(), ledger.verify());
    }
    change(where, config, withoutEventsUntil(20));
    try (var ledger = new Ledger(config)) {
      assertEquals(then, ledger.state());
      ledger.dynos(100, 3);
      assertEquals(15, dynos(ledger.state()));
    }
  }

  private static int dynos(AppState state) {
    var app = (AppState.App) state;
    return app.roster().size() + app.finished().size();
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void whatCannotBeReadIsPassedOver(Where where) throws Exception {
    Config config = where.config(folder);
    AppState then;
    String manifest;
    String app = "dev.dynode.domain.app.AppState$App";
    try (var ledger = new Ledger(config)) {
      create(ledger);
      ledger.dynos(0, 12);
      ledger.awaitKept(20);
      then = ledger.state();
      manifest = ledger.kept().getLast().state().manifest();
      assertTrue(manifest.startsWith(app + "#"), manifest);
    }
    for (String other : List.of(app, app + "#2", app + "#2147483647", "dev.dynode.Gone#3")) {
      change(where, config, keptBy(other));
      try (var ledger = new Ledger(config)) {
        assertEquals(then, ledger.state(), other);
        assertEquals(List.of(), ledger.verify(), "that is no divergence");
      }
    }
    change(where, config, keptBy(manifest));
    change(where, config, TORN);
    try (var ledger = new Ledger(config)) {
      assertEquals(then, ledger.state());
      assertFalse(ledger.verify().isEmpty(), "that is");
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void aLongStoryWithoutAStateIsKeptAtItsNextEvent(Where where) throws Exception {
    Config config = where.config(folder);
    ledgerEvery = Optional.empty();
    try (var ledger = new Ledger(config)) {
      create(ledger);
      ledger.dynos(0, 12);
      assertEquals(List.of(), ledger.kept());
    }
    ledgerEvery = Optional.of(EVERY);
    try (var ledger = new Ledger(config)) {
      ledger.dynos(102, 1); // the 25th event
      ledger.awaitKept(25);
    }
  }
}
