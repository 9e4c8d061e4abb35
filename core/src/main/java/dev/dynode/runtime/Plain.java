package dev.dynode.runtime;

import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.KeeperProtocol.Bounds;
import dev.dynode.runtime.KeeperProtocol.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Processes of this user, each with a copy of the slug and a session of its own. They can see and
 * signal one another, and read whatever this user can read.
 */
record Plain(DynoFiles files) implements Isolation {
  @Override
  public void prepare(DynoId dyno, SlugTree slug) throws IOException {
    files.copy(dyno, slug.directory());
  }

  @Override
  public Program program(Launch launch, Bounds bounds, int processes) {
    Path home = files.app(launch.dyno());
    Map<String, String> environment = Isolation.environment(launch, home.toString());
    environment.putIfAbsent("TMPDIR", files.temporary(launch.dyno()).toString());
    WindowSize window = launch.terminal();
    String shell = Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh";
    return new Program(
        launch.dyno() + ":" + launch.generation(),
        Isolation.shell(shell, home, launch.script()),
        environment,
        home.toString(),
        files.record(launch.dyno()).toString(),
        window == null ? 0 : window.columns(),
        window == null ? 0 : window.rows(),
        launch.input(),
        bounds,
        null);
  }
}
