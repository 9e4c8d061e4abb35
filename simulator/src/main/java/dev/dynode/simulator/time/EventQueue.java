package dev.dynode.simulator.time;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is due when, in virtual time: nanoseconds since the start. Taking an entry sets the clock to
 * its time; entries of one time come in the order they were added. For one thread.
 *
 * <p>Wheels within wheels, so that an entry costs the same whether a thousand or a million are
 * pending: a slot of the smallest wheel is a millisecond, each wheel's slot is a whole turn of the
 * one below, and only the entries of the current millisecond are kept sorted.
 */
public final class EventQueue {
  private static final int FIRST_SHIFT = 20;
  private static final int BITS = 12;
  private static final int SLOTS = 1 << BITS;
  private static final int WHEELS = (Long.SIZE - FIRST_SHIFT + BITS - 1) / BITS;
  private static final int FIRST_ROOM = 64;

  /** Something that is due; it can be called off. */
  public static final class Entry {
    private final long at;
    private final long sequence;
    private @Nullable Runnable task;
    private @Nullable Entry next;

    private Entry(long at, long sequence, Runnable task) {
      this.at = at;
      this.sequence = sequence;
      this.task = task;
    }

    /** Nothing comes of it any more. */
    public void cancel() {
      task = null;
    }

    private boolean before(Entry other) {
      return at < other.at || (at == other.at && sequence < other.sequence);
    }
  }

  private final @Nullable Entry[][] wheels = new Entry[WHEELS][SLOTS];
  private final long[][] taken = new long[WHEELS][SLOTS / Long.SIZE];

  /** The entries of the current slot, as a heap. */
  private Entry[] soon = new Entry[FIRST_ROOM];

  private int size;

  /** Start of the current slot of the smallest wheel. */
  private long slot;

  private long now;
  private long sequence;
  private long pending;
  private long ran;

  /** Nanoseconds since the start. */
  public long now() {
    return now;
  }

  /** Entries that wait, those called off included until their time comes near. */
  public long pending() {
    return pending;
  }

  /** Tasks that were run. */
  public long taken() {
    return ran;
  }

  /** Adds a task; one in the past is due now. */
  public Entry at(long time, Runnable task) {
    var entry = new Entry(Math.max(time, now), sequence++, task);
    pending++;
    place(entry);
    return entry;
  }

  /** Adds a task that is due in so many nanoseconds. */
  public Entry in(long nanos, Runnable task) {
    return at(now + nanos, task);
  }

  /** Runs the next task; false when there is none. */
  public boolean step() {
    return step(Long.MAX_VALUE);
  }

  /** Runs the next task due before {@code end}; false when there is none. */
  public boolean step(long end) {
    while (size > 0 || turn(end)) {
      Entry entry = soon[0];
      Runnable task = entry.task;
      if (task != null && entry.at >= end) {
        return false;
      }
      pop();
      pending--;
      if (task != null) {
        now = entry.at;
        entry.task = null;
        ran++;
        task.run();
        return true;
      }
    }
    return false;
  }

  private void place(Entry entry) {
    if (entry.at >>> FIRST_SHIFT <= slot >>> FIRST_SHIFT) { // or before it, where none was due
      push(entry);
      return;
    }
    int wheel = (Long.SIZE - 1 - Long.numberOfLeadingZeros(entry.at ^ slot) - FIRST_SHIFT) / BITS;
    int index = index(entry.at, wheel);
    entry.next = wheels[wheel][index];
    wheels[wheel][index] = entry;
    taken[wheel][index / Long.SIZE] |= 1L << index;
  }

  private static int index(long time, int wheel) {
    return (int) (time >>> (FIRST_SHIFT + BITS * wheel)) & (SLOTS - 1);
  }

  /** Moves on to the next slot with entries that begins before {@code end}. */
  private boolean turn(long end) {
    for (int wheel = 0; wheel < WHEELS; wheel++) {
      int index = next(wheel, index(slot, wheel));
      if (index >= 0) {
        int shift = FIRST_SHIFT + BITS * wheel;
        long above = shift + BITS >= Long.SIZE ? 0 : slot >>> (shift + BITS) << (shift + BITS);
        long start = above | ((long) index << shift);
        if (start >= end) {
          return false;
        }
        slot = start;
        spread(wheel, index);
        if (size > 0) {
          return true;
        }
        wheel = -1;
      }
    }
    return false;
  }

  private int next(int wheel, int after) {
    long[] bits = taken[wheel];
    int from = after + 1;
    if (from >= SLOTS) {
      return -1;
    }
    int word = from / Long.SIZE;
    long left = bits[word] & (-1L << from);
    while (left == 0) {
      if (++word == bits.length) {
        return -1;
      }
      left = bits[word];
    }
    return word * Long.SIZE + Long.numberOfTrailingZeros(left);
  }

  private void spread(int wheel, int index) {
    Entry entry = wheels[wheel][index];
    wheels[wheel][index] = null;
    taken[wheel][index / Long.SIZE] &= ~(1L << index);
    while (entry != null) {
      Entry next = entry.next;
      entry.next = null;
      if (entry.task == null) {
        pending--;
      } else {
        place(entry);
      }
      entry = next;
    }
  }

  private void push(Entry entry) {
    if (size == soon.length) {
      soon = Arrays.copyOf(soon, size * 2);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (!entry.before(soon[parent])) {
        break;
      }
      soon[at] = soon[parent];
      at = parent;
    }
    soon[at] = entry;
  }

  @SuppressWarnings("NullAway") // beyond the size the heap's array is empty
  private void pop() {
    Entry last = soon[--size];
    soon[size] = null;
    if (size == 0) {
      return;
    }
    int at = 0;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && soon[child + 1].before(soon[child])) {
        child++;
      }
      if (!soon[child].before(last)) {
        break;
      }
      soon[at] = soon[child];
      at = child;
    }
    soon[at] = last;
  }
}
