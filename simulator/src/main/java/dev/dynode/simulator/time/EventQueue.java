package dev.dynode.simulator.time;

import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What is due when, in virtual time. Taking an item sets the clock to its time; items of one time
 * come in the order they were added. For one thread.
 */
public final class EventQueue {
  private record Item(Instant at, long sequence, Runnable task) {}

  private final PriorityQueue<Item> items =
      new PriorityQueue<>(Comparator.comparing(Item::at).thenComparingLong(Item::sequence));
  private long sequence;
  private Instant now;

  public EventQueue(Instant start) {
    now = start;
  }

  public Instant now() {
    return now;
  }

  /** Adds a task; one in the past is due now. */
  public void at(Instant time, Runnable task) {
    items.add(new Item(time.isBefore(now) ? now : time, sequence++, task));
  }

  /** Runs the next task; false when there is none. */
  public boolean step() {
    Item item = items.poll();
    if (item == null) {
      return false;
    }
    now = item.at();
    item.task().run();
    return true;
  }
}
