package dev.dynode.runtime.cgroup;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How dynos are held by control groups; {@code dynode.runtime.cgroups} of the configuration
 * explains each.
 *
 * @param enabled whether they are used where the machine allows
 * @param hardPercent of the memory quota at which the kernel kills, 100 or more
 * @param endWithin longest time a group may take to be killed and removed
 */
public record CgroupSettings(boolean enabled, int hardPercent, Duration endWithin) {
  public CgroupSettings {
    if (hardPercent < 100) {
      throw new IllegalArgumentException(
          "dynode.runtime.cgroups.hard-percent is " + hardPercent + "; it must be 100 or more.");
    }
  }

  public static CgroupSettings from(Config runtime) {
    Config groups = runtime.getConfig("cgroups");
    return new CgroupSettings(
        groups.getBoolean("enabled"),
        groups.getInt("hard-percent"),
        groups.getDuration("end-within"));
  }

  /** The kernel's limit for a quota, in bytes. */
  public long hardBytes(long quota) {
    return Math.multiplyExact(quota, hardPercent) / 100;
  }
}
