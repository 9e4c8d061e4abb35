package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode create}: a new app. */
@Command(
    name = "create",
    description = {"Create an app.", ""})
final class CreateCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--tier",
      paramLabel = "TIER",
      description = "eco, basic, standard, performance, private or shield: sizes and limits.")
  private @Nullable String tier;

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Parameters(
      paramLabel = "NAME",
      description = "3 to 30 lower-case letters, digits and dashes, a letter first.")
  private String name = "";

  @Override
  public Integer call() {
    ObjectNode request = Json.object().put("name", name);
    if (tier != null) {
      request.put("process_tier", tier);
    }
    JsonNode app = node.api().post("/apps", request);
    if (json) {
      System.out.println(Json.pretty(app));
    } else {
      System.err.println("Created " + app.path("name").asText());
    }
    return 0;
  }
}
