package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode events}: everything that happened to a dyno, as it was journaled. */
@Command(
    name = "events",
    description = {"Print the history of a dyno, one event a line.", ""})
final class EventsCommand implements Callable<Integer> {
  private static final Set<String> LEADING = Set.of("sequence", "at", "type");

  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Parameters(paramLabel = "DYNO", description = "Name or id; finished dynos too.")
  private String dyno = "";

  @Override
  public Integer call() {
    JsonNode events = node.api().get("/apps/" + app.name() + "/dynos/" + dyno + "/events");
    if (json) {
      System.out.println(Json.pretty(events));
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
    StringBuilder details = new StringBuilder();
    event
        .properties()
        .forEach(
            field -> {
              if (!LEADING.contains(field.getKey()) && !field.getValue().isNull()) {
                JsonNode value = field.getValue();
                String text = value.isTextual() ? Words.quote(value.asText()) : value.toString();
                details.append(field.getKey()).append('=').append(text).append(' ');
              }
            });
    return details.toString().stripTrailing().replaceAll("\\p{Cntrl}+", " ");
  }
}
