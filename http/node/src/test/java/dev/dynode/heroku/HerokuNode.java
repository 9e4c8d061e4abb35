package dev.dynode.heroku;

import dev.dynode.node.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A node, the clients pointed at it, and for each version an app that client made. */
final class HerokuNode implements AutoCloseable {
  private final NodeProcess process;
  private final Path folder;
  private final Map<String, HerokuCli> clients = new HashMap<>();

  HerokuNode(Path folder) throws Exception {
    this.folder = folder;
    for (String version : new String[] {"v10", "v11"}) {
      var _ = HerokuPackage.program(version);
    }
    process = NodeProcess.start(folder.resolve("data"));
    try {
      for (String version : new String[] {"v10", "v11"}) {
        HerokuCli client = HerokuCli.of(version, process, folder);
        clients.put(version, client);
        client.run("apps:create", version).exits(0);
      }
    } catch (Exception | AssertionError e) {
      process.close();
      throw e;
    }
  }

  NodeProcess process() {
    return process;
  }

  HerokuCli client(String version) {
    return Objects.requireNonNull(clients.get(version));
  }

  /** Makes this the app's current release, as {@code dynode deploy} does. */
  void deploy(String app, Map<String, String> files) throws Exception {
    Path slug = Files.createTempDirectory(folder, "slug");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(slug.resolve(file.getKey()), file.getValue());
    }
    client("v11")
        .dynodeRun("deploy", slug.toString(), "-a", app, "--data", process.data().toString())
        .exits(0);
  }

  @Override
  public void close() {
    process.close();
  }
}
