package dev.dynode.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.Moment;
import dev.dynode.cli.client.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode replay}: the story of a dyno or an app, event by event. */
@Command(
    name = "replay",
    description = {
      "Tell the story of a dyno or an app, event by event.",
      "",
      "Of each event: the state before and after it, what was ordered because of it, and what became"
          + " of that.",
      ""
    })
public final class ReplayCommand implements Callable<Integer> {
  @Mixin private final StoryOptions of = new StoryOptions();

  @Option(
      names = "--until",
      paramLabel = "SEQ|TIME",
      description = "Stop after this event or at this time, and show the whole state.")
  private @Nullable String until;

  @Option(names = "--step", description = "Walk through it in the terminal, forward and back.")
  private boolean step;

  @Option(
      names = "--html",
      description = {
        "Write it as a page that opens without a server: a slider, the state at any event, and what"
            + " each event changed."
      })
  private boolean html;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where the page goes; NAME.html in the current folder if not given.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    Moment end = until == null ? null : Moment.parse(until);
    return of.tell(story -> tell(story, end));
  }

  private int tell(Story story, @Nullable Moment end) throws IOException {
    JsonNode state = end == null ? null : story.state(end);
    if (end != null && state != null) {
      end.notReached(sequence(state)).ifPresent(System.err::println);
    }
    var lines = CompletableFuture.supplyAsync(story::output);
    Stream<JsonNode> all = story.events(html);
    List<JsonNode> printed = new ArrayList<>(told(lines));
    if (printed.isEmpty() && !html && !of.json && !step) {
      all.takeWhile(event -> sequence(event) <= last(state))
          .forEach(event -> StoryText.of(event).forEach(System.out::println));
      show(state);
      return 0;
    }
    List<JsonNode> events = new ArrayList<>(all.toList());
    List<JsonNode> left = events.stream().filter(e -> sequence(e) > last(state)).toList();
    events.removeIf(e -> sequence(e) > last(state));
    printed.removeIf(line -> !left.isEmpty() && at(line).isAfter(at(left.getFirst())));
    if (html) {
      Path page = output == null ? Path.of(story.name() + ".html") : output;
      Files.writeString(page, StoryPage.of(story.name(), events, printed));
      System.err.println("Written to " + page + ".");
    } else if (of.json) {
      ObjectNode told = Json.object();
      told.putArray("events").addAll(events);
      told.putArray("output").addAll(printed);
      if (state != null) {
        told.set("state", state);
      }
      System.out.println(Json.pretty(told));
    } else if (step) {
      new StoryWalk(events, number -> story.state(new Moment(String.valueOf(number)))).run();
    } else {
      tell(events, printed);
      show(state);
    }
    return 0;
  }

  private static long sequence(JsonNode event) {
    return event.path("sequence").asLong();
  }

  private static long last(@Nullable JsonNode state) {
    return state == null ? Long.MAX_VALUE : sequence(state);
  }

  private static void show(@Nullable JsonNode state) {
    if (state != null) {
      boolean dyno = state.has("details");
      System.out.println();
      System.out.println(
          "After event " + sequence(state) + (dyno ? ": " + state.path("state").asText() : ""));
      System.out.println(Json.pretty(dyno ? state.path("details") : state));
    }
  }

  private static List<JsonNode> told(CompletableFuture<List<JsonNode>> lines) {
    try {
      return lines.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
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
