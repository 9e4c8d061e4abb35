package dev.dynode.bench;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The node's own runtime without the node: processes of this one, read directly. */
final class BareRuntime implements AutoCloseable {
  private final Path folder;
  private final LocalRuntime runtime;

  BareRuntime(Path folder) throws IOException {
    this.folder = folder;
    runtime = new LocalRuntime(folder, RuntimeSettings.from(ConfigFactory.load()));
    runtime.warmUp();
  }

  RunningProcess start(String script, boolean terminal) throws IOException {
    return runtime.start(
        new Launch(
            new AppId(new UUID(1, 1)),
            new DynoId(UUID.randomUUID()),
            1,
            new SlugTree(null),
            script,
            Map.of(),
            terminal ? new WindowSize(80, 24) : null,
            true,
            DynoSize.ALL.getFirst()));
  }

  /** Waits for its end and removes its files. */
  void finish(RunningProcess process) throws IOException {
    process.exit().toCompletableFuture().join();
    process.close();
    runtime.discard(process.dyno());
  }

  /** A file it sees in its temporary folder. */
  Path temporary(RunningProcess process, String name) {
    return folder.resolve("dynos/" + process.dyno() + "/tmp/" + name);
  }

  /** The same process without keeper and runtime, as far as bubblewrap makes its box. */
  List<String> withoutUs(Path app, String script) throws IOException {
    Files.createDirectories(app.resolve("tmp"));
    return runtime.bare(app, app.resolve("tmp"), List.of("/bin/bash", "-c", script));
  }

  boolean isolates() {
    return runtime.isolates();
  }

  @Override
  public void close() {
    runtime.close();
  }
}
