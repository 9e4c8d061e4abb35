package dev.dynode.simulator.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.app.Tier;
import dev.dynode.simulator.load.Arrivals;
import dev.dynode.simulator.load.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class ScenarioFileTest {
  private static final String LOADS =
      "apps = [{ name = a, loads = [{ duration = 1, arrivals { per-hour = 1 } }] }]";

  private static Scenario parse(String text, String... changes) {
    return ScenarioFile.parse(text, Path.of("."), List.of(changes));
  }

  @Test
  void whatIsLeftOutIsHerokus() {
    Scenario scenario = parse("name = x, " + LOADS);
    assertEquals(Duration.ofDays(7), scenario.length());
    assertEquals(50, scenario.policy().oneOffLimits().get("standard"));
    assertEquals(Duration.ofHours(24), scenario.policy().dyno().life());
    assertEquals(25 / 720.0, scenario.prices().get("Standard-1X"));
  }

  @Test
  void changesComeOverTheFile() {
    Scenario scenario = parse("name = x, " + LOADS, "limits.standard=30", "hosts.number=4");
    assertEquals(30, scenario.policy().oneOffLimits().get("standard"));
    assertEquals(4, scenario.hosts().number());
  }

  private static final String TWO =
      "name = x, apps = [{ name = a, loads = [{ name = one, duration = 1, arrivals { per-hour = 1 } },"
          + " { profile = batch, arrivals { per-hour = 2 } }] }, { name = b, copies = 2, loads ="
          + " [{ profile = ci, arrivals { per-hour = 3 } }] }]";

  private static Arrivals arrivals(Scenario scenario, int app, int load) {
    return ((Load) scenario.apps().get(app).sources().get(load)).arrivals();
  }

  @Test
  void aPartOfAListIsChangedByItsPlaceOrItsName() {
    for (String part : List.of("apps.0.loads.1", "apps.a.loads.batch", "apps.a.loads.1")) {
      Scenario changed = parse(TWO, part + ".arrivals.per-hour=20", "limits.standard=7");
      assertEquals(new Arrivals.Poisson(1), arrivals(changed, 0, 0));
      assertEquals(new Arrivals.Poisson(20), arrivals(changed, 0, 1));
      assertEquals(new Arrivals.Poisson(3), arrivals(changed, 1, 0));
      assertEquals(7, changed.policy().oneOffLimits().get("standard"));
    }
    assertEquals(9, parse(TWO, "apps.b.copies=9").apps().get(1).copies());
    Scenario both = parse(TWO, "apps.b.copies=9", "apps.1.tier=basic");
    assertEquals(9, both.apps().get(1).copies());
    assertEquals(Tier.BASIC, both.apps().get(1).tier());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          apps.2.copies=3          | apps.2: there is no such part; known are 0 (a), 1 (b).
          apps.shop.copies=3       | apps.shop: there is no such part; known are 0 (a), 1 (b).
          apps.a.loads.5.attach=on | apps.a.loads.5: there is no such part; known are 0 (one), 1 (batch).
          apps.a.cpies=3           | apps[0].cpies: it means nothing here; known are copies, loads, name, tier, traces. (the change apps.a.cpies=3)
          apps=3                   | apps: it must be a list. (the change apps=3)
          limits.standard=many     | limits.standard: "many" is not a number. (the change limits.standard=many)
          =3                       | "=3" is no change; write one as in limits.standard=30.
          """)
  void aChangeThatCannotBeIsToldAsWhatItIs(String change, String told) {
    assertEquals(told, assertThrows(ScenarioInvalid.class, () -> parse(TWO, change)).getMessage());
  }

  @Test
  void aScenarioThatIsNotThereIsSaidInASentence(@TempDir Path folder) {
    Path none = folder.resolve("none.conf");
    assertEquals(
        "There is no scenario " + none + ".",
        assertThrows(ScenarioInvalid.class, () -> ScenarioFile.read(none, List.of())).getMessage());
    assertEquals(
        folder + " is a folder, not a scenario.",
        assertThrows(ScenarioInvalid.class, () -> ScenarioFile.read(folder, List.of()))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          length = 0                         | length: it must be longer than nothing.
          length = soon                      | length: "soon" is not a time; write seconds, or a unit as in 5 minutes.
          zone = Atlantis                    | zone: it is no time zone; write one as Europe/Berlin.
          warm-up = 30 days                  | warm-up: it must be shorter than the length.
          hosts.nmber = 3                    | hosts.nmber: it means nothing here; known are detect, dynos, fail-every, memory, number, placement, repair, start-time, when-full.
          hosts.number = 0                   | hosts.number: 0 must be from 1 to 100000.
          hosts.placement = tight            | hosts.placement: "tight" is unknown; choose of spread, pack.
          hosts = 3                          | hosts: it must be written in braces
          limits.standard = many             | limits.standard: "many" is not a number.
          hosts.start-time = slow            | hosts.start-time: there is no distribution "slow"; known are azure-duration, azure-memory, openb, surf.
          hosts.start-time { pareto { least = 1 } } | hosts.start-time.pareto.shape: it must be given.
          hosts.start-time { least = 1 }     | hosts.start-time: it must have one of exponential, log-normal, pareto, burr, quantiles.
          hosts.start-time.quantiles = [[0, 1], [0.5, 0.1], [1, 2]] | hosts.start-time.quantiles: shares must grow and amounts must not fall.
          apps = []                          | apps: there is no app; give at least one.
          apps = [{ name = b }]              | apps[0].loads: the app asks for nothing; give it loads or traces.
          apps = [{ name = b, loads = [{ duration = 1 }] }] | apps[0].loads[0].arrivals: they must have one of per-hour, bursts, storms, daily.
          apps = [{ name = b, loads = [{ profile = console, size = huge, arrivals.per-hour = 1 }] }] | apps[0].loads[0].size: there is no size "huge"
          apps = [{ name = b, loads = [{ profile = console, size = Eco, arrivals.per-hour = 1 }] }] | apps[0].loads[0].size: Eco is not for apps of the tier production.
          """)
  void mistakesAreNamed(String change, String told) {
    ScenarioInvalid invalid =
        assertThrows(ScenarioInvalid.class, () -> parse("name = x, " + LOADS + "\n" + change));
    assertTrue(String.valueOf(invalid.getMessage()).startsWith(told), invalid.getMessage());
  }
}
