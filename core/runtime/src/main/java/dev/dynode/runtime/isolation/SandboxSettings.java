package dev.dynode.runtime.isolation;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How dynos are isolated; {@code dynode.runtime.isolation} and {@code dynode.runtime.sandbox} of
 * the configuration explain each.
 *
 * @param program name or path of bubblewrap
 * @param user host's user of the dynos where the node is root
 * @param root folder of the system dynos see; empty: the host's
 * @param network whether dynos share the host's network
 * @param outbound name or path of slirp4netns
 * @param sharedMemoryBytes size of a dyno's {@code /dev/shm}
 */
public record SandboxSettings(
    Choice choice,
    String program,
    int user,
    String root,
    Network network,
    String outbound,
    long sharedMemoryBytes) {

  /** What isolates dynos. */
  public enum Choice {
    /** The sandbox where it works, else nothing. */
    AUTO,
    SANDBOX,
    PLAIN
  }

  /** Whose network a dyno has. */
  public enum Network {
    HOST,
    /** Loopback, and outbound connections through the host. */
    OWN,
    /** Loopback alone. */
    NONE
  }

  public static SandboxSettings from(Config runtime) {
    Config sandbox = runtime.getConfig("sandbox");
    return new SandboxSettings(
        word(runtime, "isolation", Choice.class),
        sandbox.getString("bubblewrap"),
        sandbox.getInt("user"),
        sandbox.getString("root"),
        word(sandbox, "network", Network.class),
        sandbox.getString("slirp4netns"),
        sandbox.getBytes("shared-memory"));
  }

  private static <E extends Enum<E>> E word(Config config, String path, Class<E> type) {
    String text = config.getString(path);
    return Stream.of(type.getEnumConstants())
        .filter(value -> word(value).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException.BadValue(
                    config.getValue(path).origin(),
                    path,
                    text
                        + " is none of "
                        + Stream.of(type.getEnumConstants())
                            .map(SandboxSettings::word)
                            .collect(Collectors.joining(", "))));
  }

  /** As it is written in the configuration. */
  public static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
