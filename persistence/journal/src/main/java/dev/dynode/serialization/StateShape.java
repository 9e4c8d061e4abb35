package dev.dynode.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.directory.AppDirectory;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * A state that is kept is a shortcut to what its events lead to, and is read only by a build that
 * would have kept the same: its version is made of the names and types of everything in it. All
 * others, older or newer, are refused, so that the events are read instead.
 */
public abstract class StateShape extends JacksonMigration {
  /**
   * To be raised when the same events lead to another state of the same shape: what was kept before
   * is not read then.
   */
  private static final int MEANING = 1;

  private static final String DOMAIN = "dev.dynode.domain.";

  private final int version;

  /** Of an app. */
  public static final class OfApp extends StateShape {
    /** Called by Pekko, by name. */
    public OfApp() {
      super(AppState.App.class);
    }
  }

  /** Of the names of all apps. */
  public static final class OfNames extends StateShape {
    /** Called by Pekko, by name. */
    public OfNames() {
      super(AppDirectory.Names.class);
    }
  }

  StateShape(Class<? extends Record> state) {
    version = 2 + ((MEANING * 31 + text(state).hashCode()) & 0x3fff_ffff); // 1 is of no version
  }

  /** Everything a record is made of, type by type. */
  static String text(Class<? extends Record> state) {
    Map<String, String> types = new TreeMap<>();
    add(state, types);
    return types.toString();
  }

  private static void add(Type type, Map<String, String> types) {
    switch (type) {
      case ParameterizedType generic -> {
        for (Type argument : generic.getActualTypeArguments()) {
          add(argument, types);
        }
      }
      case WildcardType wild -> Arrays.stream(wild.getUpperBounds()).forEach(t -> add(t, types));
      case Class<?> known
          when known.getName().startsWith(DOMAIN) && !types.containsKey(known.getName()) -> {
        if (known.isEnum()) {
          types.put(known.getName(), Arrays.toString(known.getEnumConstants()));
        } else if (known.isRecord()) {
          RecordComponent[] parts = known.getRecordComponents();
          types.put(
              known.getName(),
              Arrays.stream(parts)
                  .map(part -> part.getGenericType() + " " + part.getName())
                  .toList()
                  .toString());
          Arrays.stream(parts).forEach(part -> add(part.getGenericType(), types));
        }
      }
      default -> {}
    }
  }

  @Override
  public int currentVersion() {
    return version;
  }

  @Override
  public JsonNode transform(int fromVersion, JsonNode state) {
    throw new IllegalStateException("it was kept by another build, which kept something else");
  }
}
