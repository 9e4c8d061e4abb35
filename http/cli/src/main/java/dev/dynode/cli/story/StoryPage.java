package dev.dynode.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.failure.CommandFailed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** A story as one page of HTML that needs nothing else: its script and its data are in it. */
public final class StoryPage {
  /** More would make a page that no browser shows in reasonable time. */
  private static final int MOST_EVENTS = 20_000;

  private StoryPage() {}

  static String of(String name, List<JsonNode> events, List<JsonNode> output) throws IOException {
    if (events.size() > MOST_EVENTS) {
      throw new CommandFailed(
          "%,d events are too many for a page, which may have %,d; end it sooner with --until."
              .formatted(events.size(), MOST_EVENTS));
    }
    ObjectNode story = Json.object();
    story.put("name", name);
    story.putArray("events").addAll(events);
    story.putArray("output").addAll(output);
    try (InputStream page =
        Objects.requireNonNull(StoryPage.class.getResourceAsStream("story.html"))) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8)
          .replace("{\"story\":0}", escaped(story));
    }
  }

  /** Nothing in it can end the element it stands in. */
  public static String escaped(ObjectNode story) {
    return new String(Json.write(story), StandardCharsets.UTF_8)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
