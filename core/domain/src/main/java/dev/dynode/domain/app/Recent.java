package dev.dynode.domain.app;

import static java.util.Objects.requireNonNull;

import dev.dynode.domain.id.DynoId;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last dynos of an app that ended, in order of end. Immutable: {@link #with} makes another one,
 * which shares the memory of this one where this one is the latest, as it mostly is. Adding one and
 * looking one up cost the same however many there are.
 */
final class Recent extends AbstractMap<DynoId, Granted> {
  static final Recent NONE = new Recent(new Shared(), new Granted[0], 0, 0);

  private static final int FIRST_ROOM = 8;

  /** How far an array is filled, by whichever view is the latest, and with what. */
  private static final class Shared {
    private final Map<DynoId, Integer> places = new HashMap<>();
    private int filled;

    /** Whether the place at this index was free; this dyno has it now. */
    synchronized boolean take(int index, DynoId id) {
      if (filled != index) {
        return false;
      }
      filled++;
      places.put(id, index);
      return true;
    }

    synchronized int place(Object id) {
      return places.getOrDefault(id, -1);
    }
  }

  private final Shared shared;
  private final @Nullable Granted[] items;
  private final int from;
  private final int to;

  private Recent(Shared shared, @Nullable Granted[] items, int from, int to) {
    this.shared = shared;
    this.items = items;
    this.from = from;
    this.to = to;
  }

  static Recent of(Map<DynoId, Granted> map) {
    if (map instanceof Recent recent) {
      return recent;
    }
    Recent recent = NONE;
    for (Granted finished : map.values()) {
      recent = recent.with(finished);
    }
    return recent;
  }

  /** These and one more at the end. */
  Recent with(Granted last) {
    if (to < items.length && shared.take(to, last.id())) {
      items[to] = last;
      return new Recent(shared, items, from, to + 1);
    }
    int size = to - from;
    var copy = Arrays.copyOfRange(items, from, from + Math.max(FIRST_ROOM, 2 * size + 1));
    Arrays.fill(copy, size, copy.length, null); // what others have added
    copy[size] = last;
    var own = new Shared();
    for (int i = 0; i <= size; i++) {
      own.take(i, requireNonNull(copy[i]).id());
    }
    return new Recent(own, copy, 0, size + 1);
  }

  Granted first() {
    return at(from);
  }

  Recent withoutFirst() {
    return new Recent(shared, items, from + 1, to);
  }

  private Granted at(int index) {
    Granted item = index < to ? items[index] : null;
    if (item == null) {
      throw new NoSuchElementException();
    }
    return item;
  }

  @Override
  public @Nullable Granted get(Object id) {
    int place = shared.place(id);
    return place >= from && place < to ? at(place) : null;
  }

  @Override
  public boolean containsKey(Object id) {
    return get(id) != null;
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  public Set<Entry<DynoId, Granted>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<DynoId, Granted>> iterator() {
        return new Iterator<>() {
          private int next = from;

          @Override
          public boolean hasNext() {
            return next < to;
          }

          @Override
          public Entry<DynoId, Granted> next() {
            Granted finished = at(next++);
            return Map.entry(finished.id(), finished);
          }
        };
      }

      @Override
      public int size() {
        return to - from;
      }
    };
  }
}
