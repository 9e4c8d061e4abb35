package dev.dynode.runtime.isolation;

import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.KeeperProtocol.Bounds;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.keeper.ShellDefaults;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.SlugTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How dynos are walled off from one another and from the machine. Thread-safe. */
public sealed interface Isolation permits Plain, Sandbox {
  /** The launch that is only tried. */
  DynoId WARM_UP = new DynoId(new UUID(0, 0));

  /** Start order of Heroku's article "Dyno Startup Behavior". */
  String WITH_PROFILES =
      "for profile in \"$HOME\"/.profile.d/*.sh; do [ -f \"$profile\" ] && . \"$profile\"; done;"
          + " unset profile; [ -f \"$HOME/.profile\" ] && . \"$HOME/.profile\"; exec \"$0\" -c -- \"$1\"";

  /** Makes the dyno's files ready, unless that was done before. */
  void prepare(DynoId dyno, SlugTree slug) throws IOException;

  /**
   * What the keeper starts.
   *
   * @param processes most processes of the launch, where its bounds do not say it; 0: they do
   * @param waits whether it is to wait in its box, where that has walls
   */
  Program program(Launch launch, Bounds bounds, int processes, boolean waits) throws IOException;

  /** Whether a launch is the trial of {@link LocalRuntime#warmUp}. */
  static boolean trial(Launch launch) {
    return launch.dyno().equals(WARM_UP);
  }

  /** Removes what it has made outside of the data folder, once nothing is left there. */
  default void close() {}

  /** A script that exits with 0 where everything works. */
  default String trial() {
    return "exit 0";
  }

  /**
   * The shell that runs a launch's script.
   *
   * @param slug where the profile scripts are, if there are any
   */
  static List<String> shell(String shell, @Nullable Path slug, String script) {
    boolean profiles =
        slug != null
            && (Files.exists(slug.resolve(".profile")) || Files.exists(slug.resolve(".profile.d")));
    return profiles
        ? List.of(shell, "-c", WITH_PROFILES, shell, script)
        : List.of(shell, "-c", "--", script); // a script may begin with a hyphen
  }

  /** The variables of a launch whose files are there. */
  static Map<String, String> environment(Launch launch, String home) {
    Map<String, String> environment = new HashMap<>(launch.environment());
    environment.putIfAbsent("PATH", ShellDefaults.PATH);
    environment.putIfAbsent("PS1", ShellDefaults.PROMPT);
    environment.putIfAbsent("LANG", "C.UTF-8");
    environment.put("HOME", home);
    environment.put("PWD", home);
    return environment;
  }
}
