package dev.dynode.simulator.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.simulator.world.SimDyno;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The rules of production hold, whatever happens; broken ones do not, of which {@code MutantsTest}
 * has more. {@code -Dseed=N} repeats one seed.
 */
@Tag("unit")
class FaultsTest {
  private static final long SEEDS = 4_000;

  @Test
  void nothingBreaksTheRules() {
    Long only = Long.getLong("seed");
    Optional<FaultRuns.Failure> failure =
        FaultRuns.of(only == null ? 1 : only, only == null ? SEEDS : 1, _ -> {});
    assertEquals(Optional.empty(), failure);
  }

  /** Stops are forgotten while a dyno waits for its client. */
  @Test
  void aBrokenRuleIsToldByItsSeedAndAShortHistory() {
    var forgetful =
        new Changed<>(FaultRun.Rules.PRODUCTION.dyno()) {
          @Override
          public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
            boolean waits =
                state instanceof DynoState.Live live && live.phase() == DynoState.Phase.AWAITING;
            return waits && command instanceof DynoCommand.Stop
                ? Decision.accept()
                : super.decide(state, command, now);
          }
        };
    FaultRuns.Failure failure = broken(forgetful, Duration.ofMinutes(10));
    assertTrue(failure.rule().startsWith("Stop["), failure.rule());
    assertTrue(failure.toString().contains("simulate --faults --seed " + failure.seed()));
    assertTrue(failure.history().size() < 20, failure::toString);
  }

  @Test
  void aRuleThatNeverEndsIsTold() {
    var endless =
        new Changed<>(FaultRun.Rules.PRODUCTION.dyno()) {
          @Override
          public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
            while (!Thread.currentThread().isInterrupted()) {
              Thread.onSpinWait();
            }
            return super.decide(state, command, now);
          }
        };
    assertEquals("it does not end within 1 s", broken(endless, Duration.ofSeconds(1)).rule());
  }

  private static FaultRuns.Failure broken(
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dyno, Duration patience) {
    var rules = new FaultRun.Rules(FaultRun.Rules.PRODUCTION.app(), dyno);
    return FaultRuns.of(1, SEEDS, rules, patience, _ -> {}).orElseThrow();
  }

  /** Else the seeds would prove little. */
  @Test
  void everyEndingIsReachedAndEveryLimit() {
    Set<DynoEvent.Ending> endings = EnumSet.noneOf(DynoEvent.Ending.class);
    Set<String> refusals = new TreeSet<>();
    for (long seed = 1; seed <= 500; seed++) {
      FaultRun trial = FaultRun.run(Plan.of(seed), FaultRun.Rules.PRODUCTION, true);
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
}
