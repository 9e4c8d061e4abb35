package dev.dynode.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.terminal.Table;
import dev.dynode.domain.logs.LineText;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode events}: everything that happened to a dyno, as it was journaled. */
@Command(
    name = "events",
    description = {"Print the history of a dyno, one event a line.", ""})
public final class EventsCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Parameters(paramLabel = "DYNO", description = "Name or id; finished dynos too.")
  private String dyno = "";

  @Override
  public Integer call() {
    List<JsonNode> events;
    try (Records records = node.records()) {
      events = records.story(app.name(), dyno).events(false).toList();
    }
    if (json) {
      System.out.println(Json.pretty(Json.array(events)));
      return 0;
    }
    Table table = new Table("SEQ", "TIME", "TYPE", "DETAILS");
    for (JsonNode event : events) {
      table.row(
          event.path("sequence").asText(),
          event.path("at").asText(),
          event.path("type").asText(),
          details(event));
    }
    table.lines().stream().skip(1).forEach(System.out::println);
    return 0;
  }

  private static String details(JsonNode event) {
    return "by="
        + LineText.of(event.path("by").asText())
        + " generation="
        + event.path("generation").asText()
        + StoryText.fields(event.path("details"), " ");
  }
}
