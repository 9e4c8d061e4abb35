package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode apps}: all apps of the node. */
@Command(
    name = "apps",
    description = {"List the apps.", ""})
final class AppsCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode apps = node.api().get("/apps");
    if (json) {
      System.out.println(Json.pretty(apps));
      return 0;
    }
    for (JsonNode app : apps) {
      System.out.println(app.path("name").asText());
    }
    return 0;
  }
}
