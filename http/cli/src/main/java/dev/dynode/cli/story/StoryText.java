package dev.dynode.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.failure.Words;
import dev.dynode.domain.logs.LineText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** An event of a story as lines. */
public final class StoryText {
  private static final List<String> SPEC =
      List.of("name", "size", "command", "attach", "releaseVersion", "timeToLive");

  private StoryText() {}

  /** One line for the event, one for each order that followed. */
  public static List<String> of(JsonNode event) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
                Locale.ROOT,
                "%4s  %s  %-16s %s → %s  by %s%s",
                event.path("sequence").asText(),
                event.path("at").asText(),
                event.path("type").asText(),
                event.path("before").asText(),
                event.path("after").asText(),
                LineText.of(event.path("by").asText()),
                fields(event.path("details"), "  "))
            .stripTrailing());
    for (JsonNode order : event.path("orders")) {
      lines.add("      " + order(order));
    }
    return lines;
  }

  /** A line the dyno printed: when, after how many bytes, and what. */
  static String printed(JsonNode line) {
    return "      "
        + line.path("at").asText()
        + " +"
        + line.path("offset").asText()
        + " | "
        + LineText.of(line.path("text").asText());
  }

  private static String order(JsonNode order) {
    String mark =
        switch (order.path("outcome").asText()) {
          case "done" -> "✔";
          case "failed" -> "✘";
          default -> "·";
        };
    String told = order.path("told").asText();
    return mark
        + " "
        + order.path("type").asText()
        + fields(order.path("details"), " ")
        + (told.isEmpty() ? "" : ": " + LineText.of(told));
  }

  /** {@code key=value} of each field, behind the given text if there is one. */
  static String fields(JsonNode details, String before) {
    String text =
        LineText.of(
            details.properties().stream().map(StoryText::pair).collect(Collectors.joining(" ")));
    return text.isEmpty() ? "" : before + text;
  }

  private static String pair(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    return field.getKey().equals("spec") ? spec(value) : plain(field);
  }

  /** What tells one dyno from another; all of it is in the state, and in {@code --json}. */
  private static String spec(JsonNode spec) {
    boolean entry = !spec.path("script").equals(spec.path("command"));
    return spec.properties().stream()
        .filter(
            field -> SPEC.contains(field.getKey()) || (entry && field.getKey().equals("script")))
        .map(StoryText::plain)
        .collect(Collectors.joining(" "));
  }

  private static String plain(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    return field.getKey()
        + "="
        + (value.isTextual() ? Words.quote(value.asText()) : value.toString());
  }
}
