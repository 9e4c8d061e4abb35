package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** {@code key=value} of everything else; the event's own fields last. */
  private static String details(JsonNode event) {
    List<String> details = new ArrayList<>();
    event
        .properties()
        .forEach(
            field -> {
              if (field.getKey().equals("details")) {
                field.getValue().properties().forEach(own -> details.add(pair(own)));
              } else if (!LEADING.contains(field.getKey())) {
                details.add(pair(field));
              }
            });
    return String.join(" ", details).replaceAll("\\p{Cntrl}+", " ");
  }

  private static String pair(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    return field.getKey()
        + "="
        + (value.isTextual() ? Words.quote(value.asText()) : value.toString());
  }
}
