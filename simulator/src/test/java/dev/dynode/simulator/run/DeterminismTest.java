package dev.dynode.simulator.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same scenario and seed give the same events, on any number of threads and any machine. */
@Tag("unit")
class DeterminismTest {
  private static final Path SCENARIOS = Path.of("../docs/scenarios");

  static List<Arguments> scenarios() throws Exception {
    List<Arguments> scenarios = new ArrayList<>(in(SCENARIOS, "length=24 h"));
    scenarios.addAll(in(SCENARIOS.resolve("large"), "length=5 s", "warm-up=0 s"));
    return scenarios;
  }

  private static List<Arguments> in(Path folder, String... changes) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .sorted()
          .map(file -> Arguments.of(file, List.of(changes)))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void everyScenarioOfTheDocsRepeatsItself(Path file, List<String> changes) throws Exception {
    Scenario scenario = ScenarioFile.read(file, changes);
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
