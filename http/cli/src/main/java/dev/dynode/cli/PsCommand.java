package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.Moment;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.terminal.Table;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "The app as it was then, such as \"2026-11-20 14:03\".")
  private @Nullable String at;

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Override
  public Integer call() {
    try (Records records = node.records()) {
      return at != null ? then(records, Moment.parse(at)) : now(records);
    }
  }

  private int now(Records records) {
    List<JsonNode> dynos = records.dynos(app.name(), all);
    records.asOf().ifPresent(System.err::println);
    if (json) {
      System.out.println(Json.pretty(Json.array(dynos)));
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

  private int then(Records records, Moment moment) {
    JsonNode then = records.state(app.name(), moment);
    moment.notReached(then.path("sequence").asLong()).ifPresent(System.err::println);
    if (json) {
      System.out.println(Json.pretty(then));
      return 0;
    }
    JsonNode release = then.path("release");
    System.out.printf(
        "%s at %s: tier %s, %s%s%n",
        then.path("name").asText(),
        then.path("at").asText(),
        then.path("tier").asText(),
        release.isObject()
            ? "release v%s (%s)"
                .formatted(release.path("version").asText(), release.path("description").asText())
            : "no release yet",
        then.path("maintenance").asBoolean() ? ", in maintenance" : "");
    System.out.println("Config vars: " + names(then.path("config_vars")));
    System.out.println("Process types: " + names(then.path("process_types").fieldNames()));
    Table table = new Table("NAME", "SIZE", "STATE", "RELEASE", "SINCE", "COMMAND");
    for (JsonNode dyno : then.path("dynos")) {
      table.row(
          dyno.path("name").asText(),
          dyno.path("size").asText(),
          dyno.path("state").asText(),
          "v" + dyno.path("release").asText(),
          dyno.path("created_at").asText(),
          dyno.path("command").asText().replaceAll("\\p{Cntrl}+", " "));
    }
    table.lines().forEach(System.out::println);
    return 0;
  }

  private static String names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(name -> names.add(name.asText()));
    return names(names.iterator());
  }

  private static String names(Iterator<String> names) {
    return names.hasNext() ? String.join(", ", (Iterable<String>) () -> names) : "none";
  }
}
