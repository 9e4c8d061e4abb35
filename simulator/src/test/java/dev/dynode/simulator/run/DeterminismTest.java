package dev.dynode.simulator.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same scenario and seed give the same events, on any number of threads and any machine. */
class DeterminismTest {
  private static final Path SCENARIOS = Path.of("../docs/scenarios");

  static List<Path> scenarios() throws Exception {
    try (Stream<Path> files = Files.list(SCENARIOS)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void everyScenarioOfTheDocsRepeatsItself(Path file) throws Exception {
    Scenario scenario = ScenarioFile.read(file, List.of("length=24 h"));
    String hash = hash(scenario);
    assertEquals(hash, hash(scenario));
    List<Result> atOnce = Run.all(Collections.nCopies(4, scenario), 4, _ -> {});
    assertEquals(
        Collections.nCopies(4, hash), atOnce.stream().map(Result::hash).toList(), "on threads");
    assertNotEquals(hash, hash(scenario.seeded(scenario.seed() + 1)));
  }

  /** Recorded once, for every machine; it changes where a rule, an event or the scenario does. */
  @Test
  void theHashIsThatOfTheFirstMachine() {
    assertEquals(
        "490f9b96e363d6c2",
        hash(ScenarioFile.read(SCENARIOS.resolve("team.conf"), List.of("length=24 h"))));
  }

  private static String hash(Scenario scenario) {
    return Run.of(scenario, (_, _, _) -> {}).hash();
  }
}
