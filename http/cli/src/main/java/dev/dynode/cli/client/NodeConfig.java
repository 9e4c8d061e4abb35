package dev.dynode.cli.client;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is set for nodes: an option over the environment over a file over the built-in values. */
public final class NodeConfig {
  private static final String KEYS = "dynode.node.";

  /** The built-in configuration under that of a file, or of the one the environment names. */
  public static Config config(@Nullable Path config) {
    String environment = System.getenv().getOrDefault("DYNODE_CONFIG", "");
    @Nullable Path file = config == null && !environment.isBlank() ? Path.of(environment) : config;
    if (file == null) {
      return ConfigFactory.load();
    }
    try {
      return ConfigFactory.load(
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .withFallback(ConfigFactory.defaultApplication()));
    } catch (ConfigException e) {
      throw new CommandFailed("Cannot read the configuration: " + Reason.of(e), 2);
    }
  }

  public static int port(Config all, String name, @Nullable Integer option, int otherwise) {
    String text = setting(all, name, option, String.valueOf(otherwise));
    try {
      int port = Integer.parseInt(text.strip());
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw new CommandFailed(name + " must be a port, 0 to 65535, not \"" + text + "\".", 2);
  }

  /** A time with its unit, such as 90s or 5m. */
  static Duration time(Config all, String name, Duration otherwise) {
    String text = setting(all, name, null, otherwise.toMillis() + " ms");
    try {
      return ConfigValueFactory.fromAnyRef(text).atKey(name).getDuration(name);
    } catch (ConfigException e) {
      throw new CommandFailed(
          name + " must be a time with its unit, such as 90s or 5m, not \"" + text + "\".", 2);
    }
  }

  public static String setting(Config all, String name, @Nullable Object option, String otherwise) {
    if (option != null) {
      return option.toString();
    }
    String variable =
        System.getenv()
            .getOrDefault("DYNODE_" + name.toUpperCase(Locale.ROOT).replace('-', '_'), "");
    if (!variable.isBlank()) {
      return variable;
    }
    return all.hasPath(KEYS + name) ? all.getString(KEYS + name) : otherwise;
  }

  private NodeConfig() {}
}
