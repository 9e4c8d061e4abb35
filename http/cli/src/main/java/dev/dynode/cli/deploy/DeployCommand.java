package dev.dynode.cli.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode deploy}: a folder becomes the app's current release. */
@Command(
    name = "deploy",
    description = {"Make a folder the current release of an app.", ""})
public final class DeployCommand implements Callable<Integer> {
  private final Packer packer;

  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--json", description = "Print the release as JSON.")
  private boolean json;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "The folder, this one if not given; its Procfile is read if it has one.")
  private @Nullable Path folder;

  public DeployCommand(Packer packer) {
    this.packer = packer;
  }

  private Path folder(Set<Path> excluded) {
    if (folder != null) {
      return folder.toAbsolutePath().normalize();
    }
    UnnamedFolder here = new UnnamedFolder();
    here.refusal()
        .ifPresent(
            why -> {
              throw new CommandFailed(why);
            });
    here.requireSmall(packer, excluded);
    return here.path();
  }

  @Override
  public Integer call() {
    Set<Path> excluded = Set.of(node.data());
    Deployment deployment = new Deployment(node.api(), packer, excluded);
    JsonNode release = deployment.deploy(app.name(), folder(excluded));
    deployment.notes().forEach(System.err::println);
    if (json) {
      System.out.println(Json.pretty(release));
    } else {
      System.err.println("Deployed v" + release.path("version").asText());
    }
    return 0;
  }
}
