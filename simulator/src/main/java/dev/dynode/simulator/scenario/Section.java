package dev.dynode.simulator.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A part of a file: knows where it stands, and which of its keys were read. */
final class Section {
  private static final double NANOS = 1e9;

  private final String path;
  private final ConfigObject fields;
  private final Set<String> read = new HashSet<>();

  Section(String path, ConfigObject fields) {
    this.path = path;
    this.fields = fields;
  }

  ScenarioInvalid wrong(String key, String what) {
    ConfigValue value = fields.get(key);
    return new ScenarioInvalid(
        name(key) + ": " + what + " (" + place(value == null ? fields : value) + ")");
  }

  /** The line of a file; of what is no file there is but one. */
  private static String place(ConfigValue value) {
    ConfigOrigin origin = value.origin();
    return origin.filename() == null && origin.url() == null
        ? origin.description().replaceFirst(": \\d+(-\\d+)?$", "")
        : origin.description();
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean has(String key) {
    read.add(key);
    ConfigValue value = fields.get(key);
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  ConfigValue value(String key) {
    if (!has(key)) {
      throw wrong(key, "it must be given.");
    }
    return fields.getOrDefault(key, fields);
  }

  private <T> T get(String key, Function<Config, T> reader, String kind) {
    ConfigValue value = value(key);
    try {
      return reader.apply(value.atKey("x"));
    } catch (ConfigException e) {
      throw wrong(key, "\"" + value.unwrapped() + "\" is not " + kind + ".");
    }
  }

  String text(String key) {
    return get(key, c -> c.getString("x"), "a text");
  }

  String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  Optional<String> optional(String key) {
    return has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  double number(String key, double least, double most) {
    double number = get(key, c -> c.getDouble("x"), "a number");
    if (!(number >= least && number <= most)) {
      throw wrong(
          key, plain(number) + " must be from " + plain(least) + " to " + plain(most) + ".");
    }
    return number;
  }

  double number(String key, double least, double most, double otherwise) {
    return has(key) ? number(key, least, most) : otherwise;
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }

  int whole(String key, int least, int most) {
    double number = number(key, least, most);
    if (number != Math.rint(number)) {
      throw wrong(key, plain(number) + " must be a whole number.");
    }
    return (int) number;
  }

  int whole(String key, int least, int most, int otherwise) {
    return has(key) ? whole(key, least, most) : otherwise;
  }

  boolean yes(String key, boolean otherwise) {
    return has(key) ? get(key, c -> c.getBoolean("x"), "yes or no") : otherwise;
  }

  Duration time(String key) {
    return Duration.ofNanos((long) (seconds(value(key), key) * NANOS));
  }

  Duration time(String key, Duration otherwise) {
    return has(key) ? time(key) : otherwise;
  }

  /** A time above zero. */
  Duration span(String key, Duration otherwise) {
    Duration time = time(key, otherwise);
    if (time.isZero()) {
      throw wrong(key, "it must be longer than nothing.");
    }
    return time;
  }

  /** Seconds, or an amount with a unit, such as {@code 5 minutes}. */
  double seconds(ConfigValue value, String key) {
    try {
      double seconds =
          value.valueType() == ConfigValueType.NUMBER
              ? value.atKey("x").getDouble("x")
              : ConfigValueFactory.fromAnyRef(
                          String.valueOf(value.unwrapped()).replaceFirst("min$", "m"))
                      .atKey("x")
                      .getDuration("x")
                      .toNanos()
                  / NANOS;
      if (seconds >= 0 && seconds < Long.MAX_VALUE / NANOS / 4) {
        return seconds;
      }
    } catch (ConfigException e) {
      // told below
    }
    throw wrong(
        key,
        "\"" + value.unwrapped() + "\" is not a time; write seconds, or a unit as in 5 minutes.");
  }

  /** MB of 1024 KB, or an amount with a unit, such as {@code 2 GiB}. */
  double megabytes(ConfigValue value, String key) {
    try {
      double megabytes =
          value.valueType() == ConfigValueType.NUMBER
              ? value.atKey("x").getDouble("x")
              : value.atKey("x").getMemorySize("x").toBytes() / 1024.0 / 1024;
      if (megabytes >= 0) {
        return megabytes;
      }
    } catch (ConfigException e) {
      // told below
    }
    throw wrong(
        key, "\"" + value.unwrapped() + "\" is not a size; write MB, or a unit as in 2 GiB.");
  }

  <E extends Enum<E>> E one(String key, Class<E> type, E otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    String text = text(key);
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals(text)) {
        return constant;
      }
      names.add(name);
    }
    throw wrong(key, "\"" + text + "\" is unknown; choose of " + String.join(", ", names) + ".");
  }

  Section section(String key) {
    return has(key) ? of(value(key), name(key)) : new Section(name(key), empty());
  }

  private static ConfigObject empty() {
    return ConfigFactory.empty().root();
  }

  private Section of(ConfigValue value, String name) {
    if (value instanceof ConfigObject object) {
      return new Section(name, object);
    }
    throw new ScenarioInvalid(name + ": it must be written in braces (" + place(value) + ")");
  }

  List<Section> sections(String key) {
    if (!has(key)) {
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    for (ConfigValue value : list(key)) {
      sections.add(of(value, name(key) + "[" + sections.size() + "]"));
    }
    return sections;
  }

  ConfigList list(String key) {
    if (value(key) instanceof ConfigList list) {
      return list;
    }
    throw wrong(key, "it must be a list.");
  }

  /** Its keys. */
  Set<String> keys() {
    return fields.keySet();
  }

  /** The same over what another section says for keys that this one leaves out. */
  Section over(@Nullable ConfigValue other) {
    ConfigObject merged = fields;
    if (other instanceof ConfigObject defaults) {
      for (String key : defaults.keySet()) {
        if (!fields.containsKey(key)) {
          merged = merged.withValue(key, defaults.getOrDefault(key, defaults));
        }
      }
    }
    var section = new Section(path, merged);
    section.read.addAll(read);
    return section;
  }

  /** The value at a path of several keys, if any. */
  @Nullable ConfigValue find(String... keys) {
    String at = ConfigUtil.joinPath(keys);
    Config config = fields.toConfig();
    return config.hasPath(at) ? config.getValue(at) : null;
  }

  /** Refuses keys nobody has read: mostly they are misspelt. */
  void done() {
    for (String key : fields.keySet()) {
      if (!read.contains(key)) {
        throw wrong(key, "it means nothing here; known are " + String.join(", ", sorted()) + ".");
      }
    }
  }

  private List<String> sorted() {
    return read.stream().sorted().toList();
  }
}
