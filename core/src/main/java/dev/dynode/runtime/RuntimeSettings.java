package dev.dynode.runtime;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of the runtime; {@code dynode.runtime} of the configuration explains each.
 *
 * @param maxProcesses launches running at the same time
 * @param killWithin longest time SIGKILL is repeated until nothing of a launch is left
 */
public record RuntimeSettings(int maxProcesses, Duration killWithin) {

  /** Reads them from the whole configuration. */
  public static RuntimeSettings from(Config config) {
    Config runtime = config.getConfig("dynode.runtime");
    return new RuntimeSettings(runtime.getInt("max-processes"), runtime.getDuration("kill-within"));
  }
}
