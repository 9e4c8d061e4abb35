package dev.dynode.simulator.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a run journaled, replayed, is what was live. */
@Tag("unit")
class ReplayTest {
  @Test
  void theEventsOfARunLeadToItsStates() {
    Scenario scenario =
        ScenarioFile.read(Path.of("../docs/scenarios/team.conf"), List.of("length=60 h"));
    Map<SimApp, List<AppEvent>> apps = new HashMap<>();
    Map<SimDyno, List<DynoEvent>> dynos = new HashMap<>();
    var journal =
        new SimObserver() {
          @Override
          public void app(SimApp app, AppEvent event, AppState after, long now) {
            apps.computeIfAbsent(app, _ -> new ArrayList<>()).add(event);
          }

          @Override
          public void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now) {
            dynos.computeIfAbsent(dyno, _ -> new ArrayList<>()).add(event);
          }
        };
    new Simulation(scenario, journal).run(scenario.length().toNanos());
    assertTrue(dynos.size() > 1_000, () -> dynos.size() + " dynos");
    apps.forEach(
        (app, events) -> assertEquals(app.state, new AppDecider(scenario.policy()).replay(events)));
    dynos.forEach((dyno, events) -> assertEquals(dyno.state, new DynoDecider().replay(events)));
  }
}
