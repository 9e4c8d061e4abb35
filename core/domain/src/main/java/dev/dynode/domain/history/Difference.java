package dev.dynode.domain.history;

import dev.dynode.domain.id.DynoId;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** In words, how two records differ. Only plain values are shown: others may hold secrets. */
public final class Difference {
  private static final int MILLI = 1_000_000; // in nanoseconds

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
              Object one = bare(value(field, there));
              Object other = bare(value(field, wanted));
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
                      ? "%s is %s, should be %s".formatted(field.getName(), text(one), text(other))
                      : field.getName() + " is another one");
            })
        .collect(Collectors.toList());
  }

  /** Without the box of an optional. */
  private static @Nullable Object bare(@Nullable Object value) {
    return value instanceof Optional<?> some ? some.orElse(null) : value;
  }

  private static boolean plain(@Nullable Object value) {
    return value == null
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Enum<?>
        || value instanceof Temporal
        || value instanceof Duration
        || value instanceof UUID
        || value instanceof CharSequence
        || value instanceof Record;
  }

  /** As people write it: nothing of Java's own words. */
  private static String text(@Nullable Object boxed) {
    Object value = bare(boxed);
    return switch (value) {
      case null -> "none";
      case Duration time when time.toNanosPart() == 0 -> time.toSeconds() + " s";
      case Duration time when time.toNanosPart() % MILLI == 0 -> time.toMillis() + " ms";
      case Duration time -> time.toNanos() + " ns";
      case Record id when id.getClass().getPackage() == DynoId.class.getPackage() -> id.toString();
      case Record record ->
          Arrays.stream(record.getClass().getRecordComponents())
              .map(field -> field.getName() + " " + text(value(field, record)))
              .collect(Collectors.joining(", ", "(", ")"));
      case Object other -> plain(other) ? other.toString() : "something";
    };
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
