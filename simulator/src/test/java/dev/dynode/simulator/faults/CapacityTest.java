package dev.dynode.simulator.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Distribution;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.run.SimObserver;
import dev.dynode.simulator.run.Simulation;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.scenario.Scenario.Hosts;
import dev.dynode.simulator.scenario.Scenario.WhenFull;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many apps ask many hosts at the same time, over a network that loses, doubles and delays. */
@Tag("unit")
class CapacityTest implements SimObserver {
  private static final int HOSTS = 200;
  private static final int DYNOS_OF_A_HOST = 60;
  private static final long DYNO = DynoSize.named("Eco").orElseThrow().memoryBytes();
  private static final int MEMORY_FOR = 47;
  private static final int CREATES = 10_000;
  private static final long MINUTE = 60_000_000_000L;

  /** It runs on, without a client. */
  private static final Behaviour ENDLESS =
      new Behaviour(
          Behaviour.NEVER,
          0,
          false,
          false,
          false,
          Behaviour.NEVER,
          Behaviour.NEVER,
          Behaviour.NEVER,
          Behaviour.NEVER,
          0,
          0);

  @SuppressWarnings("NullAway.Init") // made by the test
  private Simulation simulation;

  private int granted;
  private int refused;
  private int notStarted;

  private static Scenario scenario(long seed) {
    return new Scenario(
        "capacity",
        Instant.EPOCH,
        Duration.ofHours(1),
        Duration.ZERO,
        ZoneOffset.UTC,
        seed,
        new Hosts(
            HOSTS,
            DYNOS_OF_A_HOST,
            MEMORY_FOR * DYNO,
            Placement.SPREAD,
            WhenFull.REFUSE,
            Duration.ZERO,
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            new Distribution.Exponential(.03)),
        AppPolicy.unlimited(DynoPolicy.HEROKU),
        Map.of(),
        List.of(new AppPlan("app", 3, Tier.ECO, List.of())));
  }

  @Test
  void noHostIsFilledBeyondItsBoundsAndEveryPlaceIsTaken() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("CapacityTest -Dseed=" + seed);
    var dice = new Dice(seed);
    Scenario scenario = scenario(seed);
    simulation =
        new Simulation(
            scenario,
            this,
            new AppDecider(scenario.policy()),
            new DynoDecider(),
            (_, queue, atOnce) -> new FaultyNetwork(queue, dice.fork(), atOnce));
    for (int i = 0; i < CREATES; i++) {
      SimApp app = simulation.apps().get(dice.below(3));
      var request = new Request(0, "work", Optional.empty(), false, Optional.empty(), ENDLESS);
      Dice own = dice.fork();
      simulation
          .queue()
          .at(
              (long) (dice.fraction() * MINUTE),
              () -> simulation.ask(app, request, own, _ -> granted++));
    }
    simulation.run(30 * MINUTE);
    int places = HOSTS * MEMORY_FOR;
    int here = 0;
    for (int i = 0; i < HOSTS; i++) {
      here += simulation.fleet().host(i).dynos().size();
    }
    assertEquals(CREATES, granted + refused, "all are answered");
    assertEquals(granted - notStarted, here, "each that was granted and could start runs");
    assertTrue(here > places - places / 100, here + " of " + places + " places are taken");
  }

  @Override
  public void app(SimApp app, AppEvent event, AppState after, long now) {
    if (event instanceof AppEvent.DynoRefused no) {
      assertEquals(Refusal.Reason.NO_ROOM, no.reason());
      refused++;
    }
  }

  @Override
  public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
    if (event instanceof DynoEvent.StartFailed) {
      notStarted++;
    }
    SimHost host = dyno.host();
    if (host != null) {
      HostView view = host.view();
      assertTrue(
          view.dynos() <= DYNOS_OF_A_HOST && view.reserved() <= MEMORY_FOR * DYNO, view::toString);
    }
  }
}
