package dev.dynode.domain.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.reflect.RecordComponent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A fingerprint of a state, which tells on any machine whether two are equal, and of what part
 * where they are not.
 *
 * @param parts by name of the state's field
 */
public record StateDigest(Map<String, String> parts) {
  private static final int CHARACTERS = 16;

  public static StateDigest of(Record state) {
    var parts = new TreeMap<String, String>();
    for (RecordComponent field : state.getClass().getRecordComponents()) {
      parts.put(field.getName(), hash(value(field, state)));
    }
    return new StateDigest(parts);
  }

  /** Names of the parts that differ. */
  public List<String> differences(StateDigest other) {
    var all = new TreeMap<>(parts);
    all.putAll(other.parts);
    return all.keySet().stream()
        .filter(name -> !String.valueOf(parts.get(name)).equals(other.parts.get(name)))
        .toList();
  }

  private static String hash(Object value) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      feed(value, text -> sha.update(text.getBytes(UTF_8)));
      return HexFormat.of().formatHex(sha.digest()).substring(0, CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }

  /** Maps and sets are equal whatever their order. */
  private static void feed(Object value, Consumer<String> to) {
    switch (value) {
      case Optional<?> some -> some.ifPresentOrElse(one -> feed(one, to), () -> to.accept("-"));
      case Map<?, ?> map ->
          group(
              map.entrySet().stream().map(e -> text(e.getKey()) + text(e.getValue())).sorted(), to);
      case List<?> list -> group(list.stream().map(StateDigest::text), to);
      case Collection<?> set -> group(set.stream().map(StateDigest::text).sorted(), to);
      case Record record ->
          group(
              Arrays.stream(record.getClass().getRecordComponents())
                  .map(field -> text(value(field, record))),
              to);
      default -> {
        String text = value.toString();
        to.accept(text.length() + ":" + text);
      }
    }
  }

  private static void group(java.util.stream.Stream<String> parts, Consumer<String> to) {
    to.accept("(");
    parts.forEachOrdered(to);
    to.accept(")");
  }

  private static String text(Object value) {
    var text = new StringBuilder();
    feed(value, text::append);
    return text.toString();
  }

  private static Object value(RecordComponent field, Record of) {
    try {
      return field.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
