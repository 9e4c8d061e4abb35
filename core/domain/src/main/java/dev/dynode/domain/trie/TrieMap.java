package dev.dynode.domain.trie;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map in order of insertion, which shares its parts with those it came from: a hash
 * array mapped trie (Bagwell, "Ideal Hash Trees"), of which a look-up reads one or two nodes where
 * a search tree reads a dozen. Going through all of it sorts them.
 */
public final class TrieMap<K, V> extends AbstractMap<K, V> {
  private static final TrieMap<?, ?> EMPTY = new TrieMap<>(Node.EMPTY, 0, 0);

  private static final class Leaf<K, V> extends SimpleImmutableEntry<K, V> {
    private static final long serialVersionUID = 1L;

    final int hash;
    final long order;

    Leaf(int hash, long order, K key, V value) {
      super(key, value);
      this.hash = hash;
      this.order = order;
    }

    boolean is(int hash, Object key) {
      return this.hash == hash && getKey().equals(key);
    }
  }

  private static final class Node {
    static final int BITS = 5;
    static final Node EMPTY = new Node(0, new Object[0]);

    /** Which of 32 slots are taken, by five bits of the hash; nothing where no more bits are. */
    private final int taken;

    /** Those slots, each a leaf or a node of the next five bits. */
    private final Object[] slots;

    Node(int taken, Object[] slots) {
      this.taken = taken;
      this.slots = slots;
    }

    static boolean atBottom(int shift) {
      return shift >= Integer.SIZE;
    }

    static int bit(int hash, int shift) {
      return 1 << (hash >>> shift);
    }

    int index(int bit) {
      return Integer.bitCount(taken & (bit - 1));
    }

    Node with(int bit, int index, Object slot) {
      var more = new Object[slots.length + 1];
      System.arraycopy(slots, 0, more, 0, index);
      more[index] = slot;
      System.arraycopy(slots, index, more, index + 1, slots.length - index);
      return new Node(taken | bit, more);
    }

    Node replaced(int index, Object slot) {
      Object[] same = slots.clone();
      same[index] = slot;
      return new Node(taken, same);
    }

    Node without(int bit, int index) {
      Object[] fewer = Arrays.copyOf(slots, slots.length - 1);
      System.arraycopy(slots, index + 1, fewer, index, fewer.length - index);
      return new Node(taken & ~bit, fewer);
    }

    @Nullable Leaf<?, ?> find(int hash, Object key) {
      Node node = this;
      for (int shift = 0; !atBottom(shift); shift += BITS) {
        int bit = bit(hash, shift);
        if ((node.taken & bit) == 0) {
          return null;
        }
        Object slot = node.slots[node.index(bit)];
        if (slot instanceof Leaf<?, ?> leaf) {
          return leaf.is(hash, key) ? leaf : null;
        }
        node = (Node) slot;
      }
      int index = node.collided(hash, key);
      return index < 0 ? null : (Leaf<?, ?>) node.slots[index];
    }

    private int collided(int hash, Object key) {
      for (int i = 0; i < slots.length; i++) {
        if (((Leaf<?, ?>) slots[i]).is(hash, key)) {
          return i;
        }
      }
      return -1;
    }

    Node plus(Leaf<?, ?> leaf, int shift) {
      if (atBottom(shift)) {
        int index = collided(leaf.hash, leaf.getKey());
        return index < 0 ? with(0, slots.length, leaf) : replaced(index, leaf);
      }
      int bit = bit(leaf.hash, shift);
      int index = index(bit);
      if ((taken & bit) == 0) {
        return with(bit, index, leaf);
      }
      if (slots[index] instanceof Node below) {
        return replaced(index, below.plus(leaf, shift + BITS));
      }
      var there = (Leaf<?, ?>) slots[index];
      return replaced(
          index,
          there.is(leaf.hash, leaf.getKey())
              ? leaf
              : EMPTY.plus(there, shift + BITS).plus(leaf, shift + BITS));
    }

    /** Without one that is there. */
    Node minus(int hash, Object key, int shift) {
      if (atBottom(shift)) {
        return without(0, collided(hash, key));
      }
      int bit = bit(hash, shift);
      int index = index(bit);
      if (!(slots[index] instanceof Node below)) {
        return without(bit, index);
      }
      Node left = below.minus(hash, key, shift + BITS);
      return replaced(
          index, left.slots.length == 1 && left.slots[0] instanceof Leaf<?, ?> only ? only : left);
    }

    @SuppressWarnings("unchecked")
    <K, V> void addTo(List<Leaf<K, V>> all) {
      for (Object slot : slots) {
        if (slot instanceof Node below) {
          below.addTo(all);
        } else {
          all.add((Leaf<K, V>) slot);
        }
      }
    }
  }

  private final Node root;
  private final int size;

  /** How many were ever added. */
  private final long added;

  private TrieMap(Node root, int size, long added) {
    this.root = root;
    this.size = size;
    this.added = added;
  }

  @SuppressWarnings("unchecked") // it holds nothing
  public static <K, V> TrieMap<K, V> empty() {
    return (TrieMap<K, V>) EMPTY;
  }

  public static <K, V> TrieMap<K, V> of(Map<K, V> map) {
    if (map instanceof TrieMap<K, V> same) {
      return same;
    }
    TrieMap<K, V> all = empty();
    for (Map.Entry<K, V> entry : map.entrySet()) {
      all = all.plus(entry.getKey(), entry.getValue());
    }
    return all;
  }

  /** This and one more; one of the same key is replaced where it stands. */
  public TrieMap<K, V> plus(K key, V value) {
    int hash = hash(key);
    Leaf<?, ?> before = root.find(hash, key);
    return before == null
        ? new TrieMap<>(root.plus(new Leaf<>(hash, added, key, value), 0), size + 1, added + 1)
        : new TrieMap<>(root.plus(new Leaf<>(hash, before.order, key, value), 0), size, added);
  }

  public TrieMap<K, V> minus(K key) {
    int hash = hash(key);
    return root.find(hash, key) == null
        ? this
        : new TrieMap<>(root.minus(hash, key, 0), size - 1, added);
  }

  private static int hash(Object key) {
    int hash = key.hashCode();
    return hash ^ hash >>> 16;
  }

  @Override
  @SuppressWarnings("unchecked")
  public @Nullable V get(@Nullable Object key) {
    Leaf<?, ?> leaf = key == null ? null : root.find(hash(key), key);
    return leaf == null ? null : (V) leaf.getValue();
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key != null && root.find(hash(key), key) != null;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<K, V>> iterator() {
        List<Leaf<K, V>> all = new ArrayList<>(size);
        root.addTo(all);
        all.sort(Comparator.comparingLong(leaf -> leaf.order));
        return List.<Entry<K, V>>copyOf(all).iterator();
      }

      @Override
      public int size() {
        return size;
      }
    };
  }
}
