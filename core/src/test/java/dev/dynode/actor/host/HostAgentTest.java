package dev.dynode.actor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.actor.app.AppSupervisor;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.port.SlugStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a host answers about launches that it knows nothing of. */
class HostAgentTest {
  private static final HostId HOST = new HostId("host-a");
  private static final AppId APP = new AppId(new UUID(1, 1));

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
        DynoPolicy.HEROKU);
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
    var surroundings =
        new HostSurroundings(
            nobodyAsks(ProcessRuntime.class),
            nobodyAsks(SlugStore.class),
            nobodyAsks(LogStore.class),
            InstantSource.system(),
            new HostLoad(HOST, 10, 1L << 33, () -> 0),
            (_, command) -> app.ref().tell(command),
            1_000,
            Duration.ofSeconds(20));
    var nothing = new ProcessRuntime.Recovery(List.of(), Set.of(), Map.of());
    return kit.spawn(HostAgent.create(surroundings, nothing, Optional.empty()));
  }

  @Test
  void anErrorOfTheRuntimeIsToldAsAFailedStart() {
    agent().tell(new HostAgent.Carry(attached(), Map.of(), new DynoOrder.PrepareFiles(HOST, 1)));
    AppSupervisor.Report report = app.expectMessageClass(AppSupervisor.Report.class);
    assertEquals(new DynoCommand.ReportStartFailed(1, "asked for prepare"), report.report());
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
