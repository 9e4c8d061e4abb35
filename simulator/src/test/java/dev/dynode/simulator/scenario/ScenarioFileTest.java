package dev.dynode.simulator.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          length = 0                         | length: it must be longer than nothing.
          length = soon                      | length: "soon" is not a time; write seconds, or a unit as in 5 minutes.
          zone = Atlantis                    | zone: it is no time zone; write one as Europe/Berlin.
          warm-up = 30 days                  | warm-up: it must be shorter than the length.
          hosts.nmber = 3                    | hosts.nmber: it means nothing here; known are detect, dynos, fail-every, number, placement, repair, start-time, when-full.
          hosts.number = 0                   | hosts.number: 0.0 must be from 1 to 100000.
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
