package dev.dynode.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.run.Simulation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The rules under random requests, clients, processes, doubled and lost messages and kills of the
 * node. A failure names its seed; {@code -Dseed=N} runs that one alone.
 */
class SimulationTest {
  private static final int SEEDS = 400;

  @Test
  void invariantsHoldOnEveryPrefixAndEveryDynoEnds() {
    Set<DynoEvent.Ending> endings = EnumSet.noneOf(DynoEvent.Ending.class);
    boolean[] refused = {false};
    forEachSeed(
        seed -> {
          Simulation simulation = run(seed);
          refused[0] |= simulation.refused() > 0;
          assertTrue(simulation.app().roster().isEmpty(), "a slot was never freed");
          assertEquals(0, simulation.running(), "processes left running");
          simulation
              .dynos()
              .values()
              .forEach(
                  state -> endings.add(assertInstanceOf(DynoState.Retired.class, state).ending()));
        });
    if (Long.getLong("seed") == null) {
      assertEquals(EnumSet.allOf(DynoEvent.Ending.class), endings, "endings the seeds reached");
      assertTrue(refused[0], "no seed reached a limit");
    }
  }

  @Test
  void replayOfTheJournalEqualsLiveState() {
    forEachSeed(
        seed -> {
          Simulation simulation = run(seed);
          assertEquals(
              simulation.app(), new AppDecider(AppPolicy.HEROKU).replay(simulation.appJournal()));
          simulation
              .dynoJournals()
              .forEach(
                  (id, journal) ->
                      assertEquals(simulation.dynos().get(id), new DynoDecider().replay(journal)));
        });
  }

  @Test
  void theSameSeedGivesTheSameHistory() {
    forEachSeed(
        seed -> {
          if (seed % 20 == 0) {
            assertEquals(history(seed), history(seed));
          }
        });
  }

  private static String history(long seed) {
    Simulation simulation = run(seed);
    return simulation.appJournal() + "\n" + simulation.dynoJournals();
  }

  private static Simulation run(long seed) {
    List<Tier> tiers = List.of(Tier.values());
    Tier tier = tiers.get((int) (seed % tiers.size()));
    var simulation = new Simulation(seed, AppPolicy.HEROKU, tier);
    simulation.run(60, Duration.ofMinutes(seed % 3 == 0 ? 1 : 30), (int) (seed % 4));
    return simulation;
  }

  private static void forEachSeed(java.util.function.LongConsumer test) {
    Long only = Long.getLong("seed");
    for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
      try {
        test.accept(seed);
      } catch (Throwable failure) {
        throw new AssertionError(
            "seed " + seed + "; again with: mvn -pl simulator -am test -Dseed=" + seed, failure);
      }
    }
  }
}
