package dev.dynode.runtime.cgroup;

import com.typesafe.config.Config;
import dev.dynode.domain.dyno.DynoSize;
import java.time.Duration;

/**
 * What one dyno may use.
 *
 * @param memoryBytes the quota (R14 above it); the kernel's own limit lies higher, see {@link
 *     CgroupSettings#hardPercent}
 * @param processes processes and threads at the same time, in any state
 * @param cpuShare relative weight against the other dynos while the processors are busy, 1 to 100;
 *     1 is Heroku's {@code 1x}
 * @param diskBytes what it may write
 * @param openFiles descriptors of one process
 */
public record Limits(long memoryBytes, int processes, int cpuShare, long diskBytes, int openFiles) {
  private static final int LARGEST_SHARE = 100;

  public Limits {
    if (memoryBytes <= 0 || processes <= 0 || diskBytes <= 0 || openFiles <= 0) {
      throw new IllegalArgumentException(
          "no limits: %d B, %d processes, %d B of disk, %d files"
              .formatted(memoryBytes, processes, diskBytes, openFiles));
    }
  }

  /** What all sizes share; {@code dynode.runtime.limits} of the configuration explains each. */
  public record Common(long diskBytes, Duration diskEvery, int openFiles, boolean countCache) {
    public static Common from(Config runtime) {
      Config limits = runtime.getConfig("limits");
      return new Common(
          limits.getBytes("disk"),
          limits.getDuration("disk-every"),
          limits.getInt("open-files"),
          limits.getBoolean("count-cache"));
    }

    /** With what a size has as Heroku sells it. */
    public Limits of(DynoSize size) {
      return new Limits(
          size.memoryBytes(),
          size.processes(),
          Math.clamp(size.compute(), 1, LARGEST_SHARE),
          diskBytes,
          openFiles);
    }
  }
}
