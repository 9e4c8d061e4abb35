package dev.dynode.domain.history;

import java.lang.reflect.RecordComponent;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** In words, how two records differ. Only plain values are shown: others may hold secrets. */
public final class Difference {
  private Difference() {}

  /** What there is, and what there should be. */
  public static String between(Object there, Object wanted) {
    if (!there.getClass().equals(wanted.getClass())) {
      return "%s should be %s".formatted(name(there), name(wanted));
    }
    return name(there) + ": " + String.join(", ", fields(there, wanted));
  }

  private static List<String> fields(Object there, Object wanted) {
    return Arrays.stream(there.getClass().getRecordComponents())
        .flatMap(
            field -> {
              Object one = value(field, there);
              Object other = value(field, wanted);
              if (Objects.equals(one, other)) {
                return Stream.empty();
              }
              if (one instanceof Record
                  && other instanceof Record
                  && one.getClass() == other.getClass()
                  && one.getClass().getRecordComponents().length > 1) {
                return fields(one, other).stream().map(inner -> field.getName() + "." + inner);
              }
              return Stream.of(
                  plain(one) && plain(other)
                      ? "%s is %s, should be %s".formatted(field.getName(), one, other)
                      : field.getName() + " is another one");
            })
        .collect(Collectors.toList());
  }

  private static boolean plain(@Nullable Object value) {
    return value instanceof Number
        || value instanceof Boolean
        || value instanceof Enum<?>
        || value instanceof Temporal
        || value instanceof CharSequence
        || value instanceof Record
        || (value instanceof Optional<?> some && some.map(Difference::plain).orElse(true));
  }

  private static @Nullable Object value(RecordComponent field, Object of) {
    try {
      var accessor = field.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(Object part) {
    return part.getClass().getSimpleName();
  }
}
