package dev.dynode.edge.api.request;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The part of a list a client gets at once.
 *
 * @param content {@code Content-Range}; empty for an empty page
 * @param next {@code Next-Range}; empty on the last page
 * @param fields {@code Accept-Ranges}
 */
public record Page<T>(
    List<T> items, Optional<String> content, Optional<String> next, String fields) {

  /**
   * A field lists can be sorted by; no two items of a list have the same.
   *
   * @param key as it stands in a range
   */
  public record Field<T>(String name, Function<T, String> key, Comparator<String> order) {
    public static <T> Field<T> text(String name, Function<T, String> key) {
      return new Field<>(name, key, Comparator.naturalOrder());
    }

    /** Numbers without sign. */
    public static <T> Field<T> number(String name, Function<T, Integer> key) {
      return new Field<>(
          name,
          item -> key.apply(item).toString(),
          Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
    }
  }

  /**
   * @param header the {@code Range} header; its field must be one of {@code fields}
   * @param fields the first is the usual one
   */
  public static <T> Page<T> of(
      List<T> all, List<Field<T>> fields, Optional<String> header, ApiSettings.Pages limits) {
    ListRange range =
        header
            .map(ListRange::parse)
            .orElse(
                new ListRange(fields.getFirst().name(), "", false, "", Optional.empty(), false));
    Field<T> field =
        fields.stream()
            .filter(each -> each.name().equals(range.field()))
            .findAny()
            .orElseThrow(() -> Errors.noSuchRange(range.field(), names(fields)).exception());
    Comparator<String> order = range.descending() ? field.order().reversed() : field.order();
    List<T> wanted =
        all.stream()
            .filter(item -> within(field.key().apply(item), range, order))
            .sorted(Comparator.comparing(field.key(), order))
            .toList();
    int most = Math.min(range.max().orElse(limits.usual()), limits.most());
    List<T> items = wanted.subList(0, Math.min(most, wanted.size()));
    Optional<String> content =
        items.isEmpty()
            ? Optional.empty()
            : Optional.of(
                field.name()
                    + " "
                    + field.key().apply(items.getFirst())
                    + ".."
                    + field.key().apply(items.getLast()));
    Optional<String> next =
        items.size() == wanted.size()
            ? Optional.empty()
            : Optional.of(
                field.name()
                    + " ]"
                    + field.key().apply(items.getLast())
                    + ".."
                    + range.last()
                    + "; max="
                    + most
                    + (range.descending() ? ", order=desc" : ""));
    return new Page<>(items, content, next, names(fields));
  }

  private static <T> String names(List<Field<T>> fields) {
    return fields.stream().map(Field::name).collect(Collectors.joining(", "));
  }

  private static boolean within(String key, ListRange range, Comparator<String> order) {
    if (!range.first().isEmpty()) {
      int toFirst = order.compare(key, range.first());
      if (toFirst < 0 || (toFirst == 0 && range.exclusive())) {
        return false;
      }
    }
    return range.last().isEmpty() || order.compare(key, range.last()) <= 0;
  }
}
