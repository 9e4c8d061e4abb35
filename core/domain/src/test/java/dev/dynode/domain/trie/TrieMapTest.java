package dev.dynode.domain.trie;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class TrieMapTest {
  /** Of these many have the same hash code, or the same first bits of it. */
  private record Key(int value, int hash) {
    static Key of(int value, int hashes) {
      return new Key(value, value % hashes << 27 | value % 2);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** What it shares with others is changed by none. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1_000})
  void itIsAsALinkedHashMapAndEveryFormerOneStays(int hashes) {
    long seed = System.nanoTime();
    var random = new Random(seed);
    TrieMap<Key, Integer> map = TrieMap.empty();
    var model = new LinkedHashMap<Key, Integer>();
    List<TrieMap<Key, Integer>> maps = new ArrayList<>();
    List<List<Map.Entry<Key, Integer>>> models = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      Key key = Key.of(random.nextInt(150), hashes);
      if (random.nextInt(100) < (i / 500 % 2 == 0 ? 70 : 30)) {
        map = map.plus(key, i);
        model.put(key, i);
      } else {
        map = map.minus(key);
        model.remove(key);
      }
      Key asked = Key.of(random.nextInt(150), hashes);
      assertEquals(model.get(asked), map.get(asked), () -> "seed " + seed);
      assertEquals(model.containsKey(asked), map.containsKey(asked), () -> "seed " + seed);
      assertEquals(model.size(), map.size(), () -> "seed " + seed);
      if (i % 50 == 0) {
        maps.add(map);
        models.add(entries(model));
      }
    }
    for (int i = 0; i < maps.size(); i++) {
      assertEquals(models.get(i), entries(maps.get(i)), () -> "seed " + seed);
    }
  }

  private static List<Map.Entry<Key, Integer>> entries(Map<Key, Integer> map) {
    return map.entrySet().stream().map(e -> Map.entry(e.getKey(), e.getValue())).toList();
  }

  @Test
  void whatIsThereStaysWhereItStands() {
    var map = TrieMap.<String, Integer>empty().plus("a", 1).plus("b", 2).plus("a", 3);
    assertEquals(List.of("a", "b"), List.copyOf(map.keySet()));
    assertEquals(List.of(3, 2), List.copyOf(map.values()));
    assertSame(map, map.minus("c"));
    assertSame(map, TrieMap.of(map));
    assertEquals(Map.of("a", 3, "b", 2), map);
    assertNull(map.get("c"));
    assertThrows(UnsupportedOperationException.class, () -> map.put("d", 4));
    assertThrows(UnsupportedOperationException.class, () -> map.values().remove(3));
  }
}
