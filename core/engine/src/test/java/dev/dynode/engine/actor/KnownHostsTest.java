package dev.dynode.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a node makes of what hosts tell, by a clock that the test sets. */
@Tag("unit")
class KnownHostsTest {
  private static final HostId HOST = new HostId("host-a");
  private static final Duration FRESH = Duration.ofSeconds(3);
  private static final Duration LOST = Duration.ofSeconds(60);
  private static final Duration NEVER_HERE = Duration.ofSeconds(90);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<HostAgent.Command> agent = kit.createTestProbe(HostAgent.Command.class);
  private final TestProbe<AppSupervisor.Command> app =
      kit.createTestProbe(AppSupervisor.Command.class);
  private static final Address NODE = new Address("pekko", "dynode", "h", 1);

  private final Set<Address> silent = new HashSet<>();
  private long now = 5;
  private final KnownHosts hosts =
      new KnownHosts(FRESH, new KnownHosts.Absence(LOST, NEVER_HERE), () -> now);

  @BeforeEach
  void follow() {
    hosts.follow(app.ref());
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void tell(boolean draining) {
    hosts.heard(
        new KnownHosts.Told(
            agent.ref(), "h:5101", new HostView(HOST, 1, 10, 5, 100), draining, Optional.empty()));
  }

  @Test
  void whatAHostAnswersHoldsUntilItTellsOfItself() {
    tell(false);
    hosts.seen(new HostView(HOST, 3, 10, 45, 100), false);
    assertEquals(List.of(new HostView(HOST, 3, 10, 45, 100)), hosts.hosts());
    hosts.seen(new HostView(HOST, 3, 10, 45, 100), true);
    assertEquals(List.of(), hosts.hosts());
    tell(false);
    assertEquals(List.of(new HostView(HOST, 1, 10, 5, 100)), hosts.hosts());
  }

  @Test
  void aHostThatDrainsIsCountedWhileItIsHeardOf() {
    tell(true);
    assertEquals(1, hosts.draining());
    pass(FRESH.plusMillis(1));
    assertEquals(0, hosts.draining());
  }

  @Test
  void noDynosForHostsThatAreSilentOrDrained() {
    tell(false);
    pass(FRESH);
    assertEquals(1, hosts.hosts().size());
    pass(Duration.ofNanos(1));
    assertEquals(List.of(), hosts.hosts());
    assertEquals(Optional.of(agent.ref()), hosts.agent(HOST));
    tell(true);
    assertEquals(List.of(), hosts.hosts());
    assertEquals(1, hosts.all().size());
  }

  @Test
  void appsAreToldOfAHostThatComesAndComesBack() {
    tell(false);
    app.expectMessage(new AppSupervisor.HostFound(HOST));
    tell(false);
    pass(FRESH.plusNanos(1));
    tell(false);
    app.expectMessage(new AppSupervisor.HostFound(HOST));
    app.expectNoMessage();
  }

  @Test
  void aHostIsLostSoLongAfterItsClusterGaveItUpAndOnce() {
    tell(false);
    app.expectMessage(new AppSupervisor.HostFound(HOST));
    pass(LOST.multipliedBy(2)); // silent, and still a member
    hosts.look(_ -> true, true);
    hosts.look(_ -> false, true);
    pass(LOST);
    hosts.look(_ -> false, true);
    app.expectNoMessage();
    pass(Duration.ofNanos(1));
    hosts.look(_ -> false, true);
    hosts.look(_ -> false, true);
    app.expectMessage(new AppSupervisor.HostLost(HOST));
    app.expectNoMessage();
  }

  @Test
  void nothingIsLostByANodeThatMayBeOvertaken() {
    tell(false);
    app.expectMessage(new AppSupervisor.HostFound(HOST));
    pass(LOST.multipliedBy(2));
    hosts.look(_ -> false, false);
    app.expectNoMessage();
    hosts.look(_ -> false, true);
    app.expectMessage(new AppSupervisor.HostLost(HOST));
  }

  @Test
  void aHostThatIsOnlyExpectedIsLostInTheEnd() {
    hosts.expect(HOST);
    assertEquals(List.of(), hosts.all());
    pass(NEVER_HERE); // an earlier cluster may keep its dynos alive for longer
    hosts.look(_ -> true, true);
    app.expectNoMessage();
    pass(Duration.ofNanos(1));
    hosts.look(_ -> true, true);
    app.expectMessage(new AppSupervisor.HostLost(HOST));
  }

  @Test
  void aHostThatWasNotHeardOfIsWaitedForButNotForEver() {
    assertFalse(hosts.settled(), "before the node is in its cluster");
    hosts.silent(() -> Optional.of(silent));
    assertTrue(hosts.settled());
    silent.add(NODE);
    assertFalse(hosts.settled());
    pass(FRESH.multipliedBy(4));
    assertFalse(hosts.settled());
    pass(Duration.ofNanos(1));
    assertTrue(hosts.settled());
  }

  @Test
  void eachNewHostHasItsTime() {
    hosts.silent(() -> Optional.of(silent));
    silent.add(NODE);
    assertFalse(hosts.settled());
    silent.clear();
    assertTrue(hosts.settled());
    pass(Duration.ofDays(1));
    silent.add(NODE);
    assertFalse(hosts.settled());
  }
}
