package dev.dynode.simulator.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A dyno of a run is found again in the same run, and told from those of other apps. */
@Tag("unit")
class StoriesTest {
  private static final Scenario SCENARIO =
      ScenarioFile.parse(
          """
          name = many
          length = 2 days
          hosts.placement = pack
          apps = [
            { name = shop, copies = 20, loads = [{ profile = console, arrivals { per-hour = 30 } }] }
          ]
          """,
          Path.of("."),
          List.of());

  @Test
  void theStoryIsOneOfTheRunThatWasReported() {
    Result result = Run.of(SCENARIO, (_, _, _) -> {});
    Result.Example example = result.examples().getFirst();
    Run.Stories stories = Run.stories(SCENARIO, example.id());
    assertEquals(result.hash(), stories.hash());
    assertEquals(List.of(example.app()), List.copyOf(stories.byApp().keySet()));
    List<DynoEvent> story = stories.byApp().getOrDefault(example.app(), List.of());
    var created = assertInstanceOf(DynoEvent.Created.class, story.getFirst());
    assertEquals(example.dyno(), created.spec().name().toString());
    assertInstanceOf(DynoEvent.Retired.class, story.getLast());
  }

  @Test
  void aNameThatSeveralAppsHaveIsToldOfEach() {
    Map<String, Long> apps = new TreeMap<>();
    Result result = Run.of(SCENARIO, (_, _, _) -> {});
    for (Result.Example example : result.examples()) {
      Run.Stories stories = Run.stories(SCENARIO, example.dyno());
      assertTrue(stories.byApp().containsKey(example.app()), example.toString());
      stories.byApp().keySet().forEach(app -> apps.merge(app, 1L, Long::sum));
      if (stories.byApp().size() > 1) {
        return;
      }
    }
    throw new AssertionError("no name is in two apps: " + apps);
  }

  /** The time in the list of examples is that of the tables: until the dyno was up. */
  @Test
  void anExampleWaitedUntilItWasUp() {
    Result result = Run.of(SCENARIO, (_, _, _) -> {});
    Result.Example attached =
        result.examples().stream()
            .filter(e -> e.ended().equals("exited"))
            .findFirst()
            .orElseThrow();
    assertTrue(attached.delay() <= result.total().delay().most() + 1e-6, attached.toString());
    List<DynoEvent> story = Run.stories(SCENARIO, attached.id()).byApp().values().iterator().next();
    double up =
        story.stream()
            .filter(DynoEvent.BecameUp.class::isInstance)
            .map(event -> java.time.Duration.between(SCENARIO.start(), event.at()).toNanos() / 1e9)
            .findFirst()
            .orElseThrow();
    assertEquals(up - attached.seconds(), attached.delay(), 1e-6);
  }
}
