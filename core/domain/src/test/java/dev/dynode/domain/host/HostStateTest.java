package dev.dynode.domain.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class HostStateTest {
  private static final HostId ID = new HostId("h");
  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
  private static final Duration LASTS = Duration.ofSeconds(30);
  private static final long MIB = 1 << 20;
  private static final HostState EMPTY = HostState.empty(ID, 2, 1024 * MIB);

  private static DynoId dyno(int number) {
    return new DynoId(new UUID(0, number));
  }

  private static HostState reserved(HostState before, int dyno) {
    return before.reserve(dyno(dyno), 1, 512 * MIB, NOW, LASTS);
  }

  @Test
  void aPlaceThatIsKeptCountsAsOneThatIsTaken() {
    HostState one = reserved(EMPTY, 1);
    assertTrue(one.has(dyno(1)));
    assertEquals(new HostView(ID, 1, 2, 512 * MIB, 1024 * MIB), one.view());
    HostState full = reserved(one, 2);
    assertSame(full, reserved(full, 3), "refused");
    assertEquals(full.view(), full.begin(dyno(2), 512 * MIB, NOW).view(), "it begins in its place");
  }

  @Test
  void whoAsksAgainHasOnePlace() {
    HostState twice = reserved(reserved(EMPTY, 1), 1);
    assertEquals(1, twice.view().dynos());
    HostState begun = twice.begin(dyno(1), 512 * MIB, NOW);
    assertEquals(begun, begun.reserve(dyno(1), 1, 512 * MIB, NOW, LASTS), "nor does it wait again");
  }

  @Test
  void memoryIsABoundOfItsOwn() {
    HostState one = EMPTY.reserve(dyno(1), 1, 600 * MIB, NOW, LASTS);
    assertFalse(reserved(one, 2).has(dyno(2)));
    assertTrue(one.reserve(dyno(2), 1, 424 * MIB, NOW, LASTS).has(dyno(2)));
  }

  @Test
  void aPlaceIsKeptForItsTime() {
    HostState full = reserved(reserved(EMPTY, 1), 2);
    Instant end = NOW.plus(LASTS);
    assertFalse(full.reserve(dyno(3), 1, MIB, end.minusNanos(1), LASTS).has(dyno(3)));
    HostState next = full.reserve(dyno(3), 1, MIB, end, LASTS);
    assertTrue(next.has(dyno(3)));
    assertFalse(next.has(dyno(1)));
    assertFalse(
        next.reserve(dyno(4), 1, MIB, end, LASTS).begin(dyno(1), MIB, end).has(dyno(1)),
        "who comes too late is judged like anybody");
  }

  @Test
  void whatHasBegunKeepsItsPlaceWithoutAnEnd() {
    HostState begun = reserved(EMPTY, 1).begin(dyno(1), 512 * MIB, NOW);
    Instant later = NOW.plus(Duration.ofDays(1));
    assertTrue(begun.reserve(dyno(2), 1, MIB, later, LASTS).has(dyno(1)));
    assertSame(begun, begun.release(dyno(1), 1), "only what is kept can be released");
    assertEquals(EMPTY.view(), begun.free(dyno(1)).view());
  }

  @Test
  void whatIsFoundRunningCountsWhateverTheBounds() {
    HostState three = reserved(reserved(EMPTY, 1), 2).found(dyno(3), 0);
    assertEquals(3, three.view().dynos());
    HostState known = three.found(dyno(3), 512 * MIB);
    assertEquals(1536 * MIB, known.view().reserved());
    assertFalse(known.free(dyno(1)).reserve(dyno(4), 1, 1, NOW, LASTS).has(dyno(4)));
  }

  @Test
  void aHostThatDrainsTakesWhatItHadPromised() {
    HostState drains = reserved(EMPTY, 1).drain(true);
    assertFalse(reserved(drains, 2).has(dyno(2)));
    assertTrue(drains.begin(dyno(1), 512 * MIB, NOW).has(dyno(1)));
    assertTrue(reserved(drains.drain(false), 2).has(dyno(2)));
  }
}
