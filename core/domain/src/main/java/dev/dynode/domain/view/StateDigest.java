package dev.dynode.domain.view;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A fingerprint of a state, the same on every machine: whether two are equal, and in which of their
 * fields they are not. Against mistakes, not against forgers. The state's actor does nothing else
 * meanwhile, so it must be quick for apps with large config vars in a thousand releases.
 *
 * @param fields by name
 */
public record StateDigest(Map<String, Long> fields) {
  private static final long PRIME = 1_099_511_628_211L; // of FNV-1a, 64 bits
  private static final long BASIS = 0xcbf29ce484222325L;

  public static StateDigest of(Record state) {
    var fields = new HashMap<String, Long>();
    for (RecordComponent field : state.getClass().getRecordComponents()) {
      fields.put(field.getName(), hash(value(field, state)));
    }
    return new StateDigest(fields);
  }

  /** Names of the fields that differ. */
  public List<String> differences(StateDigest other) {
    var all = new TreeSet<>(fields.keySet());
    all.addAll(other.fields.keySet());
    return all.stream()
        .filter(name -> !Objects.equals(fields.get(name), other.fields.get(name)))
        .toList();
  }

  /** Maps and sets are equal whatever their order, so theirs does not count. */
  private static long hash(Object value) {
    return switch (value) {
      case Optional<?> some -> some.isPresent() ? and(1, hash(some.get())) : 0;
      case Map<?, ?> map -> {
        long sum = map.size();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          sum += and(hash(entry.getKey()), hash(entry.getValue()));
        }
        yield sum;
      }
      case List<?> list -> {
        long all = BASIS;
        for (Object each : list) {
          all = and(all, hash(each));
        }
        yield all;
      }
      case Collection<?> set -> {
        long sum = set.size();
        for (Object each : set) {
          sum += and(BASIS, hash(each));
        }
        yield sum;
      }
      case Record record -> {
        long all = BASIS;
        for (RecordComponent field : record.getClass().getRecordComponents()) {
          all = and(all, hash(value(field, record)));
        }
        yield all;
      }
      default -> {
        String text = value.toString();
        long all = BASIS;
        for (int i = 0; i < text.length(); i++) {
          all = (all ^ text.charAt(i)) * PRIME;
        }
        yield all;
      }
    };
  }

  private static long and(long before, long next) {
    long mixed = (before ^ next) * PRIME;
    return (mixed ^ (mixed >>> 32)) * PRIME + next;
  }

  private static Object value(RecordComponent field, Record of) {
    try {
      return field.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
