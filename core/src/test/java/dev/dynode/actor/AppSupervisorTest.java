package dev.dynode.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.actor.app.AppSupervisor;
import dev.dynode.actor.app.AppSurroundings;
import dev.dynode.actor.host.HostAgent;
import dev.dynode.actor.host.Hosts;
import dev.dynode.actor.host.KnownHosts;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.domain.placement.HostView;
import dev.dynode.domain.placement.Placement;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.AppView;
import dev.dynode.port.LogStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The actors of one app, with a probe where the host would be. */
class AppSupervisorTest {
  private static final String USER = "user@example.com";
  private static final AppId APP = new AppId(new UUID(1, 1));

  private final ActorTestKit kit =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(
                  ConfigFactory.parseString(
                      """
                      pekko.persistence.testkit.events.serialize = off
                      pekko.loglevel = WARNING
                      """)));
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<HostAgent.Command> host = kit.createTestProbe(HostAgent.Command.class);
  private final TestProbe<HostAgent.Command> taken = kit.createTestProbe(HostAgent.Command.class);
  private final List<SlugId> removed = new CopyOnWriteArrayList<>();
  private final List<String> freed = new CopyOnWriteArrayList<>();
  private final AtomicInteger capacity = new AtomicInteger(10);
  private final AtomicBoolean settled = new AtomicBoolean(true);
  private final Lines logs = new Lines();
  private ActorRef<AppSupervisor.Command> app = kit.system().deadLetters().unsafeUpcast();

  /** Keeps lines in a list: the order of a test's eyes. */
  private static final class Lines implements LogStore {
    private final List<LogLine> lines = new CopyOnWriteArrayList<>();

    @Override
    public void append(AppId app, LogLine line) {
      lines.add(line);
    }

    @Override
    public void append(AppId app, LogLine line, Origin origin, Runnable kept) {
      append(app, line);
      kept.run();
    }

    @Override
    public long stored(AppId app, DynoId dyno, int generation) {
      throw new UnsupportedOperationException("no host asks here");
    }

    @Override
    public List<LogLine> last(AppId app, int limit, LogFilter filter) {
      return new ArrayList<>(lines);
    }

    @Override
    public Following follow(AppId app, int backlog, LogFilter filter, Consumer<LogLine> follower) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove(AppId app) {
      lines.clear();
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() {
    app = supervisor();
    change(
        new AppCommand.CreateApp(
            USER, APP, new ReleaseId(new UUID(2, 1)), "demo", Tier.ECO, "us", "heroku-24"));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ActorRef<AppSupervisor.Command> supervisor() {
    var quick =
        new DynoPolicy(
            Duration.ofMillis(100),
            Duration.ofHours(1),
            Duration.ofMillis(50),
            3,
            Duration.ofHours(24),
            Duration.ofMillis(100));
    AppPolicy heroku = AppPolicy.HEROKU;
    var policy =
        new AppPolicy(
            heroku.oneOffLimits(),
            heroku.commandCharacters(),
            heroku.envVariables(),
            heroku.configBytes(),
            heroku.longestTimeToLive(),
            heroku.shieldIdleAfter(),
            heroku.slugs(),
            heroku.rollbackReleases(),
            quick);
    return kit.spawn(
        AppSupervisor.create(
            APP,
            new AppSurroundings(
                policy,
                InstantSource.system(),
                logs,
                hosts(),
                Placement.SPREAD,
                (name, _) -> freed.add(name),
                removed::addAll)));
  }

  /** One host, the probe. */
  private Hosts hosts() {
    return new Hosts() {
      @Override
      public List<HostView> hosts() {
        return List.of(new HostView(new HostId("h"), 0, capacity.get()));
      }

      @Override
      public boolean settled() {
        return settled.get();
      }

      @Override
      public List<KnownHosts.Told> all() {
        throw new UnsupportedOperationException("no edge asks here");
      }

      @Override
      public Optional<ActorRef<HostAgent.Command>> agent(HostId id) {
        return Optional.of(host.ref());
      }

      @Override
      public Optional<String> rendezvous(HostId id) {
        throw new UnsupportedOperationException("no edge asks here");
      }

      @Override
      public void placed(HostId id, long bytes) {}

      @Override
      public void expect(HostId id) {}

      @Override
      public void follow(ActorRef<AppSupervisor.Command> app) {}

      @Override
      public void unfollow(ActorRef<AppSupervisor.Command> app) {}
    };
  }

  private void report(HostAgent.Carry of, DynoCommand report) {
    app.tell(new AppSupervisor.Report(of.spec().id(), 0, report, taken.ref()));
    assertInstanceOf(HostAgent.Taken.class, taken.receiveMessage());
  }

  private Answer<AppView> change(AppCommand command) {
    TestProbe<Answer<AppView>> probe = kit.createTestProbe();
    app.tell(new AppSupervisor.Change(command, probe.ref()));
    return probe.receiveMessage();
  }

  private Answer<DynoView> run(boolean attach) {
    return request(new DynoId(UUID.randomUUID()), attach).receiveMessage();
  }

  private TestProbe<Answer<DynoView>> request(DynoId id, boolean attach) {
    TestProbe<Answer<DynoView>> probe = kit.createTestProbe();
    app.tell(
        new AppSupervisor.Run(
            new AppCommand.RunDyno(
                USER,
                id,
                7,
                "bash",
                "run",
                Optional.empty(),
                attach,
                true,
                Map.of(),
                Optional.empty(),
                Optional.empty()),
            probe.ref()));
    return probe;
  }

  private static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Refusal refusal) -> throw new AssertionError(refusal.message());
    };
  }

  private AppView view() {
    TestProbe<Answer<AppView>> probe = kit.createTestProbe();
    app.tell(new AppSupervisor.Look(true, probe.ref()));
    return done(probe.receiveMessage());
  }

  private HostAgent.Carry carried(Class<? extends DynoOrder> kind) {
    HostAgent.Carry carry = host.expectMessageClass(HostAgent.Carry.class);
    assertInstanceOf(kind, carry.order());
    return carry;
  }

  @Test
  void aDynoIsAnsweredOnceItIsJournaledAndFreesItsSlotWhenItEnds() {
    DynoView dyno = done(run(false));
    assertEquals("starting", dyno.state());
    journal.expectNextPersistedClass("Dyno|" + dyno.spec().id(), DynoEvent.Created.class);
    HostAgent.Carry start = carried(DynoOrder.StartProcess.class);
    report(start, new DynoCommand.ReportStarted(1, 5));
    assertInstanceOf(Answer.Refused.class, run(false), "an Eco app runs one at a time");
    report(start, new DynoCommand.ReportExited(1, 3));
    carried(DynoOrder.DiscardFiles.class);
    TestProbe<String> patience = kit.createTestProbe();
    patience.awaitAssert(
        () -> {
          assertEquals(List.of(), view().live());
          assertEquals(Optional.of(3), view().finished().getFirst().status());
          return true;
        });
    assertEquals("starting", done(run(false)).state());
  }

  @Test
  void timersAreOrdersToo() {
    DynoView dyno = done(run(true));
    HostAgent.Carry prepare = carried(DynoOrder.PrepareFiles.class);
    report(prepare, new DynoCommand.ReportPrepared(1));
    carried(DynoOrder.DiscardFiles.class);
    assertTrue(
        logs.lines.stream().anyMatch(line -> line.text().startsWith("Error R13 (Attach error)")));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals(
                  Optional.of(128),
                  view().dyno(dyno.spec().id().toString()).orElseThrow().status());
              return true;
            });
  }

  @Test
  void anotherLifeOfTheNodeGoesOnWhereTheJournalEnds() {
    DynoView dyno = done(run(false));
    report(carried(DynoOrder.StartProcess.class), new DynoCommand.ReportStarted(1, 5));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals("up", view().live().getFirst().state());
              return true;
            });
    kit.stop(app);
    app = supervisor();
    HostAgent.Carry asked = carried(DynoOrder.AskHost.class);
    report(asked, new DynoCommand.ReportLost(1, "The node ended"));
    carried(DynoOrder.DiscardFiles.class);
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals(
                  Optional.of(DynoEvent.Ending.LOST),
                  view().dyno(dyno.spec().name().toString()).orElseThrow().ending());
              return true;
            });
  }

  @Test
  void aFailedWriteChangesNothingAndIsToldToNobodyAsDone() {
    journal.failNextPersisted("App|" + APP);
    TestProbe<Answer<DynoView>> probe = request(new DynoId(UUID.randomUUID()), false);
    probe.expectNoMessage(Duration.ofMillis(300));
    host.expectNoMessage(Duration.ZERO);
    assertEquals(List.of(), view().live());
    assertEquals("starting", done(run(false)).state());
  }

  @Test
  void aDynoWhoseFirstWriteFailedIsCreatedAllTheSame() {
    var id = new DynoId(UUID.randomUUID());
    journal.failNextPersisted("Dyno|" + id);
    TestProbe<Answer<DynoView>> probe = request(id, false);
    assertInstanceOf(Answer.Done.class, probe.receiveMessage());
    journal.expectNextPersistedClass("Dyno|" + id, DynoEvent.Created.class);
    carried(DynoOrder.StartProcess.class);
  }

  @Test
  void aSlotIsFreedThoughTheFirstWriteOfThatFailed() {
    DynoView dyno = done(run(false));
    HostAgent.Carry start = carried(DynoOrder.StartProcess.class);
    report(start, new DynoCommand.ReportStarted(1, 5));
    journal.failNextPersisted("App|" + APP);
    report(start, new DynoCommand.ReportExited(1, 0));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertTrue(view().app().finished().containsKey(dyno.spec().id()));
              return true;
            });
  }

  @Test
  void nobodyIsRefusedByANodeThatDoesNotKnowTheHostsYet() {
    settled.set(false);
    capacity.set(0);
    TestProbe<Answer<DynoView>> probe = request(new DynoId(UUID.randomUUID()), false);
    probe.expectNoMessage(Duration.ofMillis(300));
    capacity.set(10);
    settled.set(true);
    assertInstanceOf(Answer.Done.class, probe.receiveMessage());
  }

  @Test
  void aFullHostRefusesBeforeAnythingIsJournaled() {
    capacity.set(0);
    Answer.Refused<?> refused = assertInstanceOf(Answer.Refused.class, run(false));
    assertEquals(Refusal.Reason.NO_ROOM, refused.refusal().reason());
    assertEquals(0, view().app().roster().size());
  }

  @Test
  void anAppThatWasNeverCreatedGivesItsNameBack() {
    var other = kit.spawn(AppSupervisor.create(new AppId(new UUID(1, 2)), surroundingsOfOther()));
    other.tell(new AppSupervisor.FreeNameIfAbsent("other"));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals(List.of("other"), freed);
              return true;
            });
    app.tell(new AppSupervisor.FreeNameIfAbsent("demo"));
    view();
    assertEquals(List.of("other"), freed);
  }

  private AppSurroundings surroundingsOfOther() {
    return new AppSurroundings(
        AppPolicy.HEROKU,
        InstantSource.system(),
        logs,
        hosts(),
        Placement.SPREAD,
        (name, _) -> freed.add(name),
        removed::addAll);
  }
}
