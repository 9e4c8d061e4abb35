package dev.dynode.runtime;

import com.typesafe.config.Config;
import dev.dynode.runtime.cgroup.CgroupSettings;
import dev.dynode.runtime.cgroup.Limits;
import dev.dynode.runtime.isolation.PlainSettings;
import dev.dynode.runtime.isolation.SandboxSettings;
import java.time.Duration;

/**
 * Limits of the runtime; {@code dynode.runtime} of the configuration explains each.
 *
 * @param maxProcesses launches running at the same time
 * @param killWithin longest time SIGKILL is repeated until nothing of a launch is left
 * @param keeperStart longest time the keeper may take to start
 * @param keeperUnused how long the keeper lives without dynos and without a node
 * @param keeperUnfetched how long it keeps for a node how dynos ended
 * @param removeAgain time between two attempts to remove what was left of a dyno
 * @param sandbox how dynos are isolated
 * @param plain what is done where they are not
 * @param cgroups how they are held by control groups
 * @param limits what each may use, whatever its size
 */
public record RuntimeSettings(
    int maxProcesses,
    Duration killWithin,
    Duration keeperStart,
    Duration keeperUnused,
    Duration keeperUnfetched,
    Duration removeAgain,
    SandboxSettings sandbox,
    PlainSettings plain,
    CgroupSettings cgroups,
    Limits.Common limits) {

  /** Reads them from the whole configuration. */
  public static RuntimeSettings from(Config config) {
    Config runtime = config.getConfig("dynode.runtime");
    return new RuntimeSettings(
        runtime.getInt("max-processes"),
        runtime.getDuration("kill-within"),
        runtime.getDuration("keeper.start-within"),
        runtime.getDuration("keeper.unused"),
        runtime.getDuration("keeper.unfetched"),
        runtime.getDuration("remove-again"),
        SandboxSettings.from(runtime),
        PlainSettings.from(runtime),
        CgroupSettings.from(runtime),
        Limits.Common.from(runtime));
  }
}
