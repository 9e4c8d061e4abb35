package dev.dynode.simulator.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Decision;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.world.SimDyno;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rules of production hold, whatever happens; broken ones do not. {@code -Dseed=N} repeats one
 * seed.
 */
class FaultsTest {
  private static final long SEEDS = 5_000;
  private static final long SEEDS_FOR_A_MUTANT = 3_000;

  @Test
  void nothingBreaksTheRules() {
    Long only = Long.getLong("seed");
    Optional<FaultRuns.Failure> failure =
        FaultRuns.of(only == null ? 1 : only, only == null ? SEEDS : 1, _ -> {});
    assertEquals(Optional.empty(), failure);
  }

  @Test
  void aRuleThatNeverEndsIsTold() {
    var endless = new DynoDecider();
    var rules =
        new Trial.Rules(
            Trial.Rules.PRODUCTION.app(),
            new Mutants.OfDyno() {
              @Override
              public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
                while (!Thread.currentThread().isInterrupted()) {
                  Thread.onSpinWait();
                }
                return endless.decide(state, command, now);
              }
            });
    FaultRuns.Failure failure =
        FaultRuns.of(1, 10, rules, Duration.ofSeconds(1), _ -> {}).orElseThrow();
    assertEquals("it does not end within 1 s", failure.rule());
  }

  /** Else the seeds would prove little. */
  @Test
  void everyEndingIsReachedAndEveryLimit() {
    Set<DynoEvent.Ending> endings = EnumSet.noneOf(DynoEvent.Ending.class);
    Set<String> refusals = new TreeSet<>();
    for (long seed = 1; seed <= 500; seed++) {
      Trial trial = Trial.run(Plan.of(seed), Trial.Rules.PRODUCTION, true);
      for (SimDyno dyno : trial.granted()) {
        endings.add(assertInstanceOf(DynoState.Retired.class, dyno.state).ending());
      }
      for (String line : trial.history()) {
        if (line.contains("DynoRefused")) {
          refusals.add(line.replaceFirst(".*reason=(\\w+).*", "$1"));
        }
      }
    }
    assertEquals(EnumSet.allOf(DynoEvent.Ending.class), endings);
    assertEquals(Set.of("CONFLICT", "INVALID", "NO_ROOM", "OVER_LIMIT"), refusals);
  }

  @ParameterizedTest
  @EnumSource
  void everyMutantIsCaught(Mutants mutant) {
    FaultRuns.Failure failure =
        FaultRuns.of(1, SEEDS_FOR_A_MUTANT, mutant.rules(), _ -> {}).orElseThrow();
    System.out.printf(
        "%s: seed %d, %d lines: %s%n",
        mutant, failure.seed(), failure.history().size(), failure.rule());
    assertTrue(failure.toString().contains("simulate --faults --seed " + failure.seed()));
  }
}
