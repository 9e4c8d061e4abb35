package dev.dynode.bench;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/** The node's own runtime without the node: processes of this one, read directly. */
final class BareRuntime implements AutoCloseable {
  private final LocalRuntime runtime;

  BareRuntime(Path folder) throws IOException {
    runtime = new LocalRuntime(folder, RuntimeSettings.from(ConfigFactory.load()));
    runtime.warmUp();
  }

  RunningProcess start(String script, boolean terminal) throws IOException {
    return runtime.start(
        new Launch(
            new DynoId(UUID.randomUUID()),
            1,
            new SlugTree(null),
            script,
            Map.of(),
            terminal ? new WindowSize(80, 24) : null,
            true));
  }

  @Override
  public void close() {
    runtime.close();
  }
}
