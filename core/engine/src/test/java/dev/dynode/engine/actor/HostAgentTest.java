package dev.dynode.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.port.SlugStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a host answers about launches that it knows nothing of, and how long it keeps its dynos. */
@Tag("unit")
class HostAgentTest {
  private static final HostId HOST = new HostId("host-a");
  private static final AppId APP = new AppId(new UUID(1, 1));
  private static final Duration LEASE = Duration.ofSeconds(100);
  private static final Duration LATE = Duration.ofSeconds(1);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<AppSupervisor.Command> app =
      kit.createTestProbe(AppSupervisor.Command.class);

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private static DynoSpec attached() {
    return new DynoSpec(
        new DynoId(UUID.randomUUID()),
        APP,
        new DynoName("run", 1),
        false,
        "Eco",
        Sizing.TIER,
        "true",
        "true",
        true,
        true,
        80,
        24,
        false,
        Map.of(),
        new ReleaseId(new UUID(2, 1)),
        1,
        Optional.empty(),
        Optional.empty(),
        DynoPolicy.HEROKU,
        Optional.empty());
  }

  private static <T> T nobodyAsks(Class<T> port) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, _) -> {
              throw new AssertionError("asked for " + method.getName());
            }));
  }

  private ActorRef<HostAgent.Command> agent() {
    return agent(nobodyAsks(ProcessRuntime.class), Optional.empty());
  }

  private ActorRef<HostAgent.Command> agent(
      ProcessRuntime runtime, Optional<HostAgent.Membership> membership) {
    var surroundings =
        new HostSurroundings(
            runtime,
            nobodyAsks(SlugStore.class),
            nobodyAsks(LogStore.class),
            InstantSource.system(),
            new HostLoad(
                HOST, 10, 1L << 33, Duration.ofMinutes(1), InstantSource.system(), () -> 0),
            (_, command) -> app.ref().tell(command),
            1_000,
            Duration.ofSeconds(20));
    var nothing = new ProcessRuntime.Recovery(List.of(), Set.of(), Map.of());
    return kit.spawn(HostAgent.create(surroundings, nothing, membership));
  }

  /**
   * A runtime that is only asked to keep its dynos, and a watch that answers the host as it likes.
   */
  private final class Kept {
    private final BlockingQueue<Duration> times = new LinkedBlockingQueue<>();
    private final TestProbe<HostWatch.Command> watch = kit.createTestProbe(HostWatch.Command.class);
    private final ActorRef<HostAgent.Command> agent =
        agent(
            (ProcessRuntime)
                Proxy.newProxyInstance(
                    ProcessRuntime.class.getClassLoader(),
                    new Class<?>[] {ProcessRuntime.class},
                    (_, method, arguments) -> {
                      assertEquals("keepFor", method.getName());
                      times.add((Duration) arguments[0]);
                      return null;
                    }),
            Optional.of(
                new HostAgent.Membership(() -> "h:1", Duration.ofMillis(200), LEASE, () -> 2)));

    private long told() {
      agent.tell(new HostAgent.Watch(watch.ref()));
      return watch.expectMessageClass(HostWatch.Tell.class).at().orElseThrow();
    }

    private void answer(long at, long cluster) {
      agent.tell(new HostAgent.Heard(Optional.of(at), Optional.of(cluster)));
    }
  }

  @Test
  void aLeaseCountsFromWhatTheHostToldNotFromTheAnswer() throws Exception {
    var kept = new Kept();
    long first = kept.told();
    long late = first + LATE.toNanos();
    long now;
    do { // until what it tells is so much later
      now = kept.watch.expectMessageClass(HostWatch.Tell.class).at().orElseThrow();
    } while (now < late);
    kept.answer(first, 2);
    Duration left = kept.times.poll(20, TimeUnit.SECONDS);
    assertTrue(left != null && left.compareTo(LEASE.minus(LATE)) <= 0, () -> "kept for " + left);
    kept.answer(now, 2);
    Duration longer = kept.times.poll(20, TimeUnit.SECONDS);
    assertTrue(longer != null && longer.compareTo(LEASE) <= 0, () -> "kept for " + longer);
    kept.answer(first, 2); // overtaken by the one before
    kept.agent.tell(new HostAgent.Heard(Optional.empty(), Optional.empty()));
    Duration whole = kept.times.poll(20, TimeUnit.SECONDS);
    assertTrue(
        whole != null && whole.compareTo(LEASE.minus(LATE)) > 0,
        () -> "a node of an earlier release: kept for " + whole);
  }

  @Test
  void anOlderClusterKeepsNothing() throws Exception {
    var kept = new Kept();
    long told = kept.told();
    kept.answer(told, 1);
    kept.answer(told, 3); // this host does not know of it yet
    assertTrue(kept.times.poll(20, TimeUnit.SECONDS) != null);
    kit.stop(kept.agent);
    assertTrue(kept.times.isEmpty(), "one answer was of an older cluster");
  }

  @Test
  void anOrderThatComesAfterTheEndOfItsDynoStartsNothing() {
    DynoSpec spec = attached();
    ActorRef<HostAgent.Command> agent = agent();
    agent.tell(new HostAgent.Finished(spec.id()));
    agent.tell(new HostAgent.Carry(spec, Map.of(), new DynoOrder.PrepareFiles(HOST, 1)));
    agent.tell(new HostAgent.Carry(spec, Map.of(), new DynoOrder.StartProcess(HOST, 1)));
    app.expectNoMessage();
  }

  private AppSupervisor.Reservation reserve(
      ActorRef<HostAgent.Command> agent, DynoId dyno, long bytes) {
    TestProbe<AppSupervisor.Command> search = kit.createTestProbe();
    agent.tell(new HostAgent.Reserve(dyno, 1, bytes, search.ref()));
    return search.expectMessageClass(AppSupervisor.Reservation.class);
  }

  @Test
  void placesAreKeptGivenBackAndNeverMoreThanThereAre() {
    ActorRef<HostAgent.Command> agent = agent();
    List<DynoId> dynos = Stream.generate(() -> new DynoId(UUID.randomUUID())).limit(11).toList();
    for (int i = 0; i < 10; i++) {
      AppSupervisor.Reservation kept = reserve(agent, dynos.get(i), 1);
      assertEquals(
          new AppSupervisor.Reservation(
              dynos.get(i),
              true,
              new HostView(HOST, i, 10, i, 1L << 33),
              new HostView(HOST, i + 1, 10, i + 1, 1L << 33),
              false),
          kept);
      assertEquals(kept, reserve(agent, dynos.get(i), 1), "and asked again, the same");
    }
    assertFalse(reserve(agent, dynos.get(10), 1).kept());
    agent.tell(new HostAgent.Release(dynos.get(3), 1));
    assertTrue(reserve(agent, dynos.get(10), 1).kept());
    agent.tell(new HostAgent.Drain(true));
    agent.tell(new HostAgent.Release(dynos.get(4), 1));
    AppSupervisor.Reservation drains = reserve(agent, dynos.get(4), 1);
    assertFalse(drains.kept());
    assertTrue(drains.draining());
  }

  /** Its control node was away for so long that another dyno has its place. */
  @Test
  void whoComesAfterItsPlaceWasTakenIsNotStarted() {
    ActorRef<HostAgent.Command> agent = agent();
    for (int i = 0; i < 10; i++) {
      assertTrue(reserve(agent, new DynoId(UUID.randomUUID()), 1).kept());
    }
    agent.tell(new HostAgent.Carry(attached(), Map.of(), new DynoOrder.PrepareFiles(HOST, 1)));
    AppSupervisor.Report report = app.expectMessageClass(AppSupervisor.Report.class);
    assertEquals(
        new DynoCommand.ReportStartFailed(1, "The place that was kept for it was taken by another"),
        report.report());
  }

  @Test
  void anErrorOfTheRuntimeIsToldAsAFailedStart() {
    agent().tell(new HostAgent.Carry(attached(), Map.of(), new DynoOrder.PrepareFiles(HOST, 1)));
    AppSupervisor.Report report = app.expectMessageClass(AppSupervisor.Report.class);
    assertEquals(new DynoCommand.ReportStartFailed(1, "asked for prepare"), report.report());
  }

  @Test
  void whatIsStartedIsNotMadeReadyAgain() throws Exception {
    BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    var runtime =
        (ProcessRuntime)
            Proxy.newProxyInstance(
                ProcessRuntime.class.getClassLoader(),
                new Class<?>[] {ProcessRuntime.class},
                (_, method, arguments) -> {
                  calls.add(
                      method.getName()
                          + (arguments[0] instanceof ProcessRuntime.Launch launch
                              ? " " + launch.generation() + " " + launch.script()
                              : ""));
                  if (method.getName().equals("start")) {
                    throw new IOException("not here");
                  }
                  return null;
                });
    DynoSpec spec = attached();
    ActorRef<HostAgent.Command> agent = agent(runtime, Optional.empty());
    var prepare = new HostAgent.Carry(spec, Map.of(), new DynoOrder.PrepareFiles(HOST, 1));
    agent.tell(prepare);
    agent.tell(new HostAgent.Carry(spec, Map.of(), new DynoOrder.StartProcess(HOST, 1)));
    agent.tell(prepare); // was long on its way
    agent.tell(new HostAgent.Finished(spec.id()));
    for (String call : List.of("prepare 1 true", "start 1 true", "discard")) {
      assertEquals(call, calls.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void whatWasMadeReadyForAClientIsLostWithTheAgentThatDid() {
    DynoSpec spec = attached();
    agent().tell(new HostAgent.Carry(spec, Map.of(), new DynoOrder.StartProcess(HOST, 1)));
    AppSupervisor.Report report = app.expectMessageClass(AppSupervisor.Report.class);
    assertEquals(spec.id(), report.dyno());
    assertEquals(
        new DynoCommand.ReportLost(1, "The node ended before the command was started"),
        report.report());
  }
}
