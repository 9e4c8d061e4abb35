package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode replay}: the story of a dyno, event by event. */
@Command(
    name = "replay",
    description = {
      "Tell the story of a dyno: each event, the state before and after it,",
      "what was ordered because of it and what became of that.",
      ""
    })
final class ReplayCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(
      names = "--until",
      paramLabel = "SEQ|TIME",
      description = "Stop after this event or at this time, and show the whole state.")
  private @Nullable String until;

  @Option(names = "--step", description = "Walk through it in the terminal, forward and back.")
  private boolean step;

  @Option(names = "--json", description = "Print it as JSON.")
  private boolean json;

  @Parameters(paramLabel = "DYNO", description = "Name or id; finished dynos too.")
  private String dyno = "";

  @Override
  public Integer call() {
    String path = "/apps/" + app.name() + "/dynos/" + dyno;
    ApiClient api = node.api();
    Moment end = until == null ? null : Moment.parse(until);
    JsonNode state = end == null ? null : api.get(path + "/state" + end.query());
    List<JsonNode> events = new ArrayList<>(api.all(path + "/events", "sequence"));
    List<JsonNode> printed = new ArrayList<>(api.all(path + "/output", "sequence"));
    if (state != null) {
      long last = state.path("sequence").asLong();
      List<JsonNode> left =
          events.stream().filter(e -> e.path("sequence").asLong() > last).toList();
      events.removeAll(left);
      printed.removeIf(line -> !left.isEmpty() && at(line).isAfter(at(left.getFirst())));
    }
    if (json) {
      ObjectNode all = Json.object();
      all.putArray("events").addAll(events);
      all.putArray("output").addAll(printed);
      if (state != null) {
        all.set("state", state);
      }
      System.out.println(Json.pretty(all));
    } else if (step) {
      new StoryWalk(events, number -> api.get(path + "/state?at=" + number)).run();
    } else {
      tell(events, printed);
      if (state != null) {
        System.out.println();
        System.out.println(
            "After event " + state.path("sequence").asText() + ": " + state.path("state").asText());
        System.out.println(Json.pretty(state.path("details")));
      }
    }
    return 0;
  }

  /** What it printed stands where it was printed, between the events. */
  private static void tell(List<JsonNode> events, List<JsonNode> printed) {
    var lines = new ArrayDeque<JsonNode>(printed);
    for (JsonNode event : events) {
      while (!lines.isEmpty() && !at(lines.peek()).isAfter(at(event))) {
        System.out.println(StoryText.printed(lines.poll()));
      }
      StoryText.of(event).forEach(System.out::println);
    }
    lines.forEach(line -> System.out.println(StoryText.printed(line)));
  }

  private static Instant at(JsonNode told) {
    return Instant.parse(told.path("at").asText());
  }
}
