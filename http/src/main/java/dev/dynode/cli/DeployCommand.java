package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode deploy}: a folder becomes the app's current release. */
@Command(
    name = "deploy",
    description = {"Make a folder the current release of an app.", ""})
final class DeployCommand implements Callable<Integer> {
  private final Packer packer;

  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--json", description = "Print the release as JSON.")
  private boolean json;

  @Parameters(paramLabel = "DIR", description = "The folder; its Procfile is read if it has one.")
  private Path folder = Path.of("");

  DeployCommand(Packer packer) {
    this.packer = packer;
  }

  @Override
  public Integer call() {
    Deployment deployment = new Deployment(node.api(), packer, Set.of(node.data()));
    JsonNode release = deployment.deploy(app.name(), folder.toAbsolutePath().normalize());
    deployment.notes().forEach(System.err::println);
    if (json) {
      System.out.println(Json.pretty(release));
    } else {
      System.err.println("Deployed v" + release.path("version").asText());
    }
    return 0;
  }
}
