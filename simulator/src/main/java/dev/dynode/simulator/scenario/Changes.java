package dev.dynode.simulator.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes over what a scenario says. A part of a list is named by its place from 0, or by its name
 * or profile: {@code apps.0.loads.console.arrivals.per-hour=12}.
 */
final class Changes {
  private static final List<String> NAMES = List.of("name", "profile");

  private Changes() {}

  static Config to(Config scenario, List<String> changes) {
    Config config = scenario;
    List<ConfigObject> ofLists = new ArrayList<>();
    for (String change : changes) {
      if (change.indexOf('=') < 1) {
        throw new ScenarioInvalid(
            "\"" + change + "\" is no change; write one as in limits.standard=30.");
      }
      Config parsed =
          ConfigFactory.parseString(
              change, ConfigParseOptions.defaults().setOriginDescription("the change " + change));
      var known = config.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true));
      if (reachesList(known.root(), parsed.root())) {
        ofLists.add(parsed.resolve().root());
      } else {
        config = parsed.withFallback(config);
      }
    }
    ConfigValue changed = config.resolve().root();
    for (ConfigObject change : ofLists) {
      changed = merged(changed, change, "");
    }
    return ((ConfigObject) changed).toConfig();
  }

  /** Whether the change is of a part of a list, which HOCON itself cannot say. */
  private static boolean reachesList(ConfigValue there, ConfigObject change) {
    try {
      if (there instanceof ConfigList) {
        return true;
      }
      return there instanceof ConfigObject object
          && change.entrySet().stream()
              .anyMatch(
                  part -> {
                    @Nullable ConfigValue inner = object.get(part.getKey());
                    return inner != null
                        && part.getValue() instanceof ConfigObject deeper
                        && reachesList(inner, deeper);
                  });
    } catch (ConfigException.NotResolved e) {
      return false;
    }
  }

  private static ConfigValue merged(ConfigValue there, ConfigValue change, String path) {
    if (!(change instanceof ConfigObject parts)) {
      return change;
    }
    if (there instanceof ConfigObject object) {
      ConfigObject result = object;
      for (Map.Entry<String, ConfigValue> part : parts.entrySet()) {
        @Nullable ConfigValue inner = object.get(part.getKey());
        result =
            result.withValue(
                part.getKey(),
                inner == null
                    ? part.getValue()
                    : merged(inner, part.getValue(), path + part.getKey() + "."));
      }
      return result;
    }
    return there instanceof ConfigList list ? merged(list, parts, path) : change;
  }

  private static ConfigValue merged(ConfigList list, ConfigObject parts, String path) {
    List<ConfigValue> result = new ArrayList<>(list);
    for (Map.Entry<String, ConfigValue> part : parts.entrySet()) {
      int place = place(list, part.getKey(), path);
      result.set(place, merged(result.get(place), part.getValue(), path + part.getKey() + "."));
    }
    return ConfigValueFactory.fromIterable(result);
  }

  private static int place(ConfigList list, String key, String path) {
    List<String> known = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String name = name(list.get(i));
      if (key.equals(String.valueOf(i)) || key.equals(name)) {
        return i;
      }
      known.add(name.isEmpty() ? String.valueOf(i) : i + " (" + name + ")");
    }
    throw new ScenarioInvalid(
        path + key + ": there is no such part; known are " + String.join(", ", known) + ".");
  }

  private static String name(ConfigValue part) {
    return part instanceof ConfigObject object
        ? NAMES.stream()
            .filter(object::containsKey)
            .map(key -> String.valueOf(object.toConfig().getValue(key).unwrapped()))
            .findFirst()
            .orElse("")
        : "";
  }
}
