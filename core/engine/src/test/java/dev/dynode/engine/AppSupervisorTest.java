package dev.dynode.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.AppSurroundings;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.Hosts;
import dev.dynode.engine.actor.KnownHosts;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.LogStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingResult;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The actors of one app, with a probe where the host would be. */
@Tag("unit")
class AppSupervisorTest {
  private static final AppQuery.Summary SUMMARY = new AppQuery.Summary();
  private static final String USER = "user@example.com";
  private static final ReleaseId RELEASE = new ReleaseId(new UUID(2, 2));
  private static final AppId APP = new AppId(new UUID(1, 1));

  private final ActorTestKit kit =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(
                  ConfigFactory.parseString(
                      """
                      pekko.persistence.testkit.events.serialize = off
                      pekko.actor.testkit.typed.single-expect-default = 10 s
                      pekko.loglevel = WARNING
                      """)));
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<HostAgent.Command> host = kit.createTestProbe(HostAgent.Command.class);

  private final List<DynoId> released = new CopyOnWriteArrayList<>();

  /** Keeps places as far as its capacity goes; the rest is the probe's. */
  private final ActorRef<HostAgent.Command> agent =
      kit.spawn(
          Behaviors.receiveMessage(
              command -> {
                if (command instanceof HostAgent.Reserve(DynoId dyno, _, long bytes, var replyTo)) {
                  replyTo.tell(
                      new AppSupervisor.Reservation(
                          dyno, hostView().hasRoom(bytes), hostView(), hostView(), false));
                } else if (command instanceof HostAgent.Release(DynoId dyno, _)) {
                  released.add(dyno);
                } else {
                  host.ref().tell(command);
                }
                return Behaviors.same();
              }));

  private final TestProbe<HostAgent.Command> taken = kit.createTestProbe(HostAgent.Command.class);
  private final List<SlugId> removed = new CopyOnWriteArrayList<>();
  private final List<String> freed = new CopyOnWriteArrayList<>();
  private final AtomicInteger capacity = new AtomicInteger(10);
  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicBoolean searchBroken = new AtomicBoolean();
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

  private HostView hostView() {
    return new HostView(new HostId("h"), 0, capacity.get());
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
                () -> {
                  if (broken.get()) {
                    throw new IllegalStateException("a bug");
                  }
                  return Instant.now();
                },
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
        if (searchBroken.get()) {
          throw new IllegalStateException("a bug");
        }
        return List.of(hostView());
      }

      @Override
      public boolean settled() {
        return settled.get();
      }

      @Override
      public int draining() {
        return 0;
      }

      @Override
      public List<KnownHosts.Told> all() {
        throw new UnsupportedOperationException("no edge asks here");
      }

      @Override
      public Optional<ActorRef<HostAgent.Command>> agent(HostId id) {
        return Optional.of(agent);
      }

      @Override
      public Optional<String> rendezvous(HostId id) {
        throw new UnsupportedOperationException("no edge asks here");
      }

      @Override
      public void seen(HostView now, boolean draining) {}

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

  private Answer<AppSummary> change(AppCommand command) {
    TestProbe<Answer<AppSummary>> probe = kit.createTestProbe();
    app.tell(new AppSupervisor.Change<>(command, SUMMARY, notAfter(), probe.ref()));
    return probe.receiveMessage();
  }

  private Answer<DynoAnswer> run(boolean attach) {
    return request(new DynoId(UUID.randomUUID()), attach).receiveMessage();
  }

  private TestProbe<Answer<DynoAnswer>> request(DynoId id, boolean attach) {
    TestProbe<Answer<DynoAnswer>> probe = kit.createTestProbe();
    app.tell(new AppSupervisor.Run(asked(id, attach), notAfter(), probe.ref()));
    return probe;
  }

  private static DynoView granted(Answer<DynoAnswer> answer) {
    return done(answer).dyno().orElseThrow();
  }

  private static AppCommand.RunDyno asked(DynoId id, boolean attach) {
    return new AppCommand.RunDyno(
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
        Optional.empty());
  }

  private static Optional<Instant> notAfter() {
    return Optional.of(Instant.now().plusSeconds(20));
  }

  private static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Refusal refusal) -> throw new AssertionError(refusal.message());
      case Answer.Failed<T>(Failure why) -> throw new AssertionError(why.message());
    };
  }

  private <T> T asked(AppQuery<T> query) {
    TestProbe<Answer<T>> probe = kit.createTestProbe();
    app.tell(new AppSupervisor.Ask<>(query, notAfter(), probe.ref()));
    return done(probe.receiveMessage());
  }

  private List<DynoView> live() {
    return asked(new AppQuery.Dynos(Optional.empty())).dynos();
  }

  /** What the app knows of a dyno that it looked after. */
  private DynoAnswer dyno(String identity) {
    return asked(new AppQuery.Dyno(identity));
  }

  /** How a dyno's story ended, as it journaled it. */
  private DynoEvent.Retired ended(DynoId dyno) {
    return journal.persistedInStorage("Dyno|" + dyno).stream()
        .filter(DynoEvent.Retired.class::isInstance)
        .map(DynoEvent.Retired.class::cast)
        .findAny()
        .orElseThrow();
  }

  private HostAgent.Carry carried(Class<? extends DynoOrder> kind) {
    HostAgent.Carry carry = host.expectMessageClass(HostAgent.Carry.class);
    assertInstanceOf(kind, carry.order());
    return carry;
  }

  @Test
  void aDynoIsAnsweredOnceItIsJournaledAndFreesItsSlotWhenItEnds() {
    DynoView dyno = granted(run(false));
    assertEquals("starting", dyno.state());
    journal.expectNextPersistedClass("Dyno|" + dyno.id(), DynoEvent.Created.class);
    HostAgent.Carry start = carried(DynoOrder.StartProcess.class);
    report(start, new DynoCommand.ReportStarted(1, 5));
    assertInstanceOf(Answer.Refused.class, run(false), "an Eco app runs one at a time");
    report(start, new DynoCommand.ReportExited(1, 3));
    carried(DynoOrder.DiscardFiles.class);
    TestProbe<String> patience = kit.createTestProbe();
    patience.awaitAssert(
        () -> {
          assertEquals(List.of(), live());
          assertEquals(Optional.of(3), ended(dyno.id()).status());
          return true;
        });
    assertEquals("starting", granted(run(false)).state());
  }

  /** However soon somebody asks after its end: its own record knows, the ledger may not yet. */
  @Test
  void nobodyIsRefusedForADynoThatHasEnded() {
    for (int i = 0; i < 100; i++) {
      done(run(false));
      if (i > 0) {
        carried(DynoOrder.DiscardFiles.class);
      }
      HostAgent.Carry start = carried(DynoOrder.StartProcess.class);
      DynoId dyno = start.spec().id();
      report(start, new DynoCommand.ReportStarted(1, 5));
      app.tell(
          new AppSupervisor.Report(
              dyno,
              1,
              new DynoCommand.ReportExited(1, 0),
              kit.system().deadLetters().unsafeUpcast()));
    }
    done(run(false));
    Answer<?> above = run(false);
    Answer.Refused<?> refused = assertInstanceOf(Answer.Refused.class, above);
    assertEquals(Refusal.Reason.OVER_LIMIT, refused.refusal().reason());
    assertEquals(List.of(), released, "nothing was kept for whoever is above the limit");
  }

  @Test
  void timersAreOrdersToo() {
    DynoView dyno = granted(run(true));
    HostAgent.Carry prepare = carried(DynoOrder.PrepareFiles.class);
    report(prepare, new DynoCommand.ReportPrepared(1));
    carried(DynoOrder.DiscardFiles.class);
    assertTrue(
        logs.lines.stream().anyMatch(line -> line.text().startsWith("Error R13 (Attach error)")));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals(Optional.of(128), ended(dyno(dyno.id().toString()).id()).status());
              return true;
            });
  }

  @Test
  void anotherLifeOfTheNodeGoesOnWhereTheJournalEnds() {
    DynoView dyno = granted(run(false));
    report(carried(DynoOrder.StartProcess.class), new DynoCommand.ReportStarted(1, 5));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals("up", live().getFirst().state());
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
                  Optional.of(ended(dyno(dyno.name().toString()).id()).ending()));
              return true;
            });
  }

  @Test
  void aFailedWriteChangesNothingAndIsToldToNobodyAsDone() {
    journal.failNextPersisted("App|" + APP);
    TestProbe<Answer<DynoAnswer>> probe = request(new DynoId(UUID.randomUUID()), false);
    Answer.Failed<?> failed = assertInstanceOf(Answer.Failed.class, probe.receiveMessage());
    assertEquals(Failure.Kind.MAY_BE_DONE, failed.failure().kind());
    assertTrue(failed.failure().message().contains("Idempotency-Key"));
    host.expectNoMessage(Duration.ZERO);
    assertEquals(1, released.size(), "the place that was kept for it");
    assertEquals(List.of(), live());
    assertEquals("starting", granted(run(false)).state());
  }

  @Test
  void aRejectedWriteIsToldAtOnceAndTheAppGoesOn() {
    journal.rejectNextPersisted("App|" + APP);
    Answer.Failed<?> failed =
        assertInstanceOf(
            Answer.Failed.class, request(new DynoId(UUID.randomUUID()), false).receiveMessage());
    assertEquals(Failure.Kind.NOT_DONE, failed.failure().kind());
    assertEquals("starting", granted(run(false)).state());
  }

  @Test
  void aDynoWhoseFirstWriteIsRejectedIsCreatedAllTheSame() {
    var id = new DynoId(UUID.randomUUID());
    journal.rejectNextPersisted("Dyno|" + id);
    assertInstanceOf(Answer.Done.class, request(id, false).receiveMessage());
    carried(DynoOrder.StartProcess.class);
  }

  @Test
  void aDynoThatCannotBeCreatedIsToldAndCreatedWhenItCan() {
    var id = new DynoId(UUID.randomUUID());
    journal.rejectNextNPersisted("Dyno|" + id, 2);
    Answer.Failed<?> failed =
        assertInstanceOf(Answer.Failed.class, request(id, false).receiveMessage());
    assertEquals(Failure.Kind.MAY_BE_DONE, failed.failure().kind());
    carried(DynoOrder.StartProcess.class);
  }

  @Test
  void anAppThatCannotBeReadSaysSoAndIsReadAgain() {
    kit.stop(app);
    journal.failNextNReads("App|" + APP, 3); // on a slow machine more than one fails unseen
    app = supervisor();
    TestProbe<Answer<AppSummary>> probe = kit.createTestProbe();
    app.tell(new AppSupervisor.Ask<>(SUMMARY, notAfter(), probe.ref()));
    Answer.Failed<?> failed = assertInstanceOf(Answer.Failed.class, probe.receiveMessage());
    assertEquals(Failure.Kind.NOT_DONE, failed.failure().kind());
    probe.awaitAssert(
        () -> {
          app.tell(new AppSupervisor.Ask<>(SUMMARY, notAfter(), probe.ref()));
          assertInstanceOf(Answer.Done.class, probe.receiveMessage());
          return true;
        });
  }

  @Test
  void nobodyRunsWhatWasAskedForTooLongAgo() {
    TestProbe<Answer<DynoAnswer>> probe = kit.createTestProbe();
    app.tell(
        new AppSupervisor.Run(
            asked(new DynoId(UUID.randomUUID()), false),
            Optional.of(Instant.now().minusMillis(1)),
            probe.ref()));
    Answer.Refused<?> refused = assertInstanceOf(Answer.Refused.class, probe.receiveMessage());
    assertEquals(Refusal.Reason.LATE, refused.refusal().reason());
    assertEquals(List.of(), live());
    host.expectNoMessage(Duration.ZERO);
  }

  @Test
  void whatWaitedTooLongForHostsIsNotRun() {
    settled.set(false);
    capacity.set(0);
    TestProbe<Answer<DynoAnswer>> probe = kit.createTestProbe();
    Instant notAfter = Instant.now().plusMillis(200);
    app.tell(
        new AppSupervisor.Run(
            asked(new DynoId(UUID.randomUUID()), false), Optional.of(notAfter), probe.ref()));
    kit.createTestProbe().awaitAssert(() -> assertLater(notAfter));
    capacity.set(10);
    settled.set(true);
    Answer.Refused<?> refused = assertInstanceOf(Answer.Refused.class, probe.receiveMessage());
    assertEquals(Refusal.Reason.LATE, refused.refusal().reason());
    assertEquals(List.of(), live());
  }

  @Test
  void whatWaitedTooLongForTheJournalIsNotRun() throws Exception {
    kit.stop(app);
    var opened = new CountDownLatch(1);
    journal.withPolicy(
        new ProcessingPolicy<JournalOperation>() {
          @Override
          public ProcessingResult tryProcess(String id, JournalOperation operation) {
            try {
              opened.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return ProcessingSuccess.getInstance();
          }
        });
    app = supervisor();
    TestProbe<Answer<DynoAnswer>> probe = kit.createTestProbe();
    Instant notAfter = Instant.now().plusMillis(200);
    app.tell(
        new AppSupervisor.Run(
            asked(new DynoId(UUID.randomUUID()), false), Optional.of(notAfter), probe.ref()));
    kit.createTestProbe().awaitAssert(() -> assertLater(notAfter));
    opened.countDown();
    Answer.Refused<?> refused = assertInstanceOf(Answer.Refused.class, probe.receiveMessage());
    assertEquals(Refusal.Reason.LATE, refused.refusal().reason());
    assertEquals(List.of(), live());
  }

  private static boolean assertLater(Instant than) {
    assertTrue(Instant.now().isAfter(than));
    return true;
  }

  @Test
  void whatIsRefusedAnywayDoesNotWaitForHosts() {
    settled.set(false);
    capacity.set(0);
    assertInstanceOf(Answer.Done.class, change(new AppCommand.DeleteApp(USER)));
    assertInstanceOf(Answer.Refused.class, run(false), "and whoever asks does not wait for hosts");
  }

  @Test
  void aSearchForAHostThatFailsIsToldAndTheNextOneFinds() {
    searchBroken.set(true);
    Answer.Failed<?> failed = assertInstanceOf(Answer.Failed.class, run(false));
    assertEquals(Failure.Kind.BROKEN, failed.failure().kind());
    searchBroken.set(false);
    assertEquals("starting", granted(run(false)).state());
  }

  @Test
  void whatTheSupervisorFailsAtIsToldAndItGoesOn() {
    DynoView dyno = granted(run(false));
    carried(DynoOrder.StartProcess.class);
    broken.set(true);
    Answer.Failed<?> failed = assertInstanceOf(Answer.Failed.class, run(false));
    assertEquals(Failure.Kind.BROKEN, failed.failure().kind());
    broken.set(false);
    assertEquals(dyno.id(), live().getFirst().id());
    assertInstanceOf(Answer.Done.class, change(new AppCommand.SetConfig(USER, RELEASE, Map.of())));
    carried(DynoOrder.StartProcess.class);
  }

  @Test
  void whateverEndsAChildItIsStartedAgain() {
    DynoView dyno = granted(run(false));
    carried(DynoOrder.StartProcess.class);
    end("/dyno-" + dyno.id());
    carried(DynoOrder.StartProcess.class);
    end("/ledger");
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              TestProbe<Answer<AppSummary>> probe = kit.createTestProbe();
              app.tell(
                  new AppSupervisor.Change<>(
                      new AppCommand.SetConfig(USER, RELEASE, Map.of("A", Optional.of("b"))),
                      SUMMARY,
                      notAfter(),
                      probe.ref()));
              assertInstanceOf(Answer.Done.class, probe.receiveMessage(Duration.ofSeconds(1)));
              return true;
            });
    assertEquals("b", asked(new AppQuery.Config(Optional.empty())).vars().get("A"));
  }

  private void end(String child) {
    kit.system()
        .classicSystem()
        .actorSelection(app.path() + child)
        .tell(PoisonPill.getInstance(), org.apache.pekko.actor.ActorRef.noSender());
  }

  @Test
  void whatIsWrongIsToldThoughThereIsNoRoom() {
    capacity.set(0);
    TestProbe<Answer<DynoAnswer>> probe = kit.createTestProbe();
    AppCommand.RunDyno run = asked(new DynoId(UUID.randomUUID()), false);
    app.tell(
        new AppSupervisor.Run(
            new AppCommand.RunDyno(
                run.by(),
                run.id(),
                run.dice(),
                run.command(),
                run.type(),
                Optional.of(" "),
                run.attach(),
                run.terminal(),
                run.env(),
                run.timeToLive(),
                run.idempotencyKey()),
            notAfter(),
            probe.ref()));
    Answer.Refused<?> refused = assertInstanceOf(Answer.Refused.class, probe.receiveMessage());
    assertEquals(Refusal.Reason.INVALID, refused.refusal().reason());
  }

  @Test
  void aDynoWhoseFirstWriteFailedIsCreatedAllTheSame() {
    var id = new DynoId(UUID.randomUUID());
    journal.failNextPersisted("Dyno|" + id);
    TestProbe<Answer<DynoAnswer>> probe = request(id, false);
    assertInstanceOf(Answer.Done.class, probe.receiveMessage());
    journal.expectNextPersistedClass("Dyno|" + id, DynoEvent.Created.class);
    carried(DynoOrder.StartProcess.class);
  }

  @Test
  void aSlotIsFreedThoughTheFirstWriteOfThatFailed() {
    DynoView dyno = granted(run(false));
    HostAgent.Carry start = carried(DynoOrder.StartProcess.class);
    report(start, new DynoCommand.ReportStarted(1, 5));
    journal.failNextPersisted("App|" + APP);
    report(start, new DynoCommand.ReportExited(1, 0));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals(
                  new DynoAnswer("demo", dyno.id(), Optional.empty()),
                  dyno(dyno.name().toString()),
                  "it is known as one that has ended");
              return true;
            });
  }

  @Test
  void nobodyIsRefusedByANodeThatDoesNotKnowTheHostsYet() {
    settled.set(false);
    capacity.set(0);
    TestProbe<Answer<DynoAnswer>> probe = request(new DynoId(UUID.randomUUID()), false);
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
    assertEquals(0, asked(SUMMARY).dynos());
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
    asked(SUMMARY);
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
