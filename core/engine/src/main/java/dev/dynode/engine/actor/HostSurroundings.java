package dev.dynode.engine.actor;

import dev.dynode.domain.logs.LineText;
import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.port.SlugStore;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What the actors of a host need of it.
 *
 * @param apps to which dynos belong, to report to
 * @param sampleEvery time between two looks at what a dyno uses
 * @param lineBytes longest log line of a program's output; longer ones are split
 */
public record HostSurroundings(
    ProcessRuntime runtime,
    SlugStore slugs,
    LogStore logs,
    InstantSource clock,
    HostLoad load,
    Apps apps,
    int lineBytes,
    Duration sampleEvery) {
  /** A line must fit into what the keeper keeps of an output. */
  private static final int LONGEST_LINE = 16_384;

  public HostSurroundings {
    if (lineBytes < LineText.LONGEST_UNIT || lineBytes > LONGEST_LINE) {
      throw new IllegalArgumentException(
          "dynode.host.line-bytes is "
              + lineBytes
              + "; it must be "
              + LineText.LONGEST_UNIT
              + " to "
              + LONGEST_LINE
              + ".");
    }
  }
}
