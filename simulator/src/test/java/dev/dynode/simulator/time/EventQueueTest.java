package dev.dynode.simulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class EventQueueTest {
  private record Item(long at, int number) {}

  /** Against a sorted list: any times, near and far, added before and while it runs. */
  @Test
  void entriesComeInOrderOfTimeAndThenOfAddition() {
    long first = Long.getLong("seed", 0);
    for (long seed = first; seed < first + 300; seed++) {
      var random = new Random(seed);
      var queue = new EventQueue();
      var expected =
          new PriorityQueue<>(Comparator.comparingLong(Item::at).thenComparingInt(Item::number));
      List<Item> seen = new ArrayList<>();
      var add =
          new Object() {
            private int number;

            void some(int most) {
              for (int i = random.nextInt(most); i >= 0; i--) {
                long at = queue.now() + random.nextLong(1L << random.nextInt(1, 56));
                var item = new Item(at, number++);
                EventQueue.Entry entry =
                    queue.at(
                        at,
                        () -> {
                          seen.add(item);
                          if (number < 400 && random.nextInt(3) == 0) {
                            some(4);
                          }
                        });
                if (random.nextInt(5) == 0) {
                  entry.cancel();
                } else {
                  expected.add(item);
                }
              }
            }
          };
      add.some(100);
      while (true) {
        long end = queue.now() + random.nextLong(1L << random.nextInt(1, 56));
        if (!queue.step(random.nextBoolean() ? Long.MAX_VALUE : end)) {
          if (queue.pending() == 0) {
            break;
          }
          add.some(2); // between what was run and what was looked at
          continue;
        }
        Item last = seen.getLast();
        assertEquals(expected.poll(), last, "seed " + seed + "; again with -Dseed=" + seed);
        assertEquals(last.at(), queue.now());
      }
      assertTrue(expected.isEmpty(), "seed " + seed);
      assertEquals(0, queue.pending(), "seed " + seed);
    }
  }

  @Test
  void nothingDueAtTheEndOrLaterIsRun() {
    var queue = new EventQueue();
    List<Long> seen = new ArrayList<>();
    for (long at : new long[] {5, 999, 1_000, 5_000_000_000L}) {
      queue.at(at, () -> seen.add(queue.now()));
    }
    while (queue.step(1_000)) {
      // all that is due
    }
    assertEquals(List.of(5L, 999L), seen);
    assertTrue(queue.step(5_000_000_000L));
    assertFalse(queue.step(5_000_000_000L));
    assertEquals(List.of(5L, 999L, 1_000L), seen);
    assertTrue(queue.step());
    assertEquals(5_000_000_000L, queue.now());
  }
}
