package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode ps}: the dynos of an app. */
@Command(
    name = "ps",
    description = {"List the dynos of an app.", ""})
final class PsCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--all", description = "Finished dynos too, with their exit status.")
  private boolean all;

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode dynos = node.api().get("/apps/" + app.name() + "/dynos" + (all ? "?all=true" : ""));
    if (json) {
      System.out.println(Json.pretty(dynos));
      return 0;
    }
    Table table = new Table("NAME", "SIZE", "STATE", "EXIT", "SINCE", "COMMAND");
    for (JsonNode dyno : dynos) {
      table.row(
          dyno.path("name").asText(),
          dyno.path("size").asText(),
          dyno.path("state").asText(),
          dyno.hasNonNull("exit_status") ? dyno.path("exit_status").asText() : "",
          dyno.path("updated_at").asText(),
          dyno.path("command").asText().replaceAll("\\p{Cntrl}+", " "));
    }
    table.lines().forEach(System.out::println);
    return 0;
  }
}
