package dev.dynode.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** One line of a history file. */
public sealed interface HistoryLine {
  /**
   * Begins a part.
   *
   * @param of what was exported: a persistence id, or {@code everything}
   * @param secrets whether the values of variables are there
   */
  record Head(String of, boolean secrets) implements HistoryLine {}

  /**
   * An event.
   *
   * @param id persistence id, as {@code Dyno|<uuid>}
   * @param sequence place in the history of the id, from 1
   * @param at when the journal took it, to the millisecond
   * @param type name of its class, and version where that is not 1: {@code …$Placed#2}
   * @param event its fields as they are journaled
   */
  record Event(String id, long sequence, Instant at, String type, JsonNode event)
      implements HistoryLine {}

  /**
   * Ends a part.
   *
   * @param events how many the file holds until here
   */
  record End(long events) implements HistoryLine {}

  /** The line of these fields, a head apart. */
  static HistoryLine read(JsonNode line) {
    return line.has("events")
        ? new End(line.path("events").asLong())
        : new Event(
            line.path("id").asText(),
            line.path("sequence").asLong(),
            Instant.parse(line.path("at").asText()),
            line.path("type").asText(),
            line.path("event"));
  }

  /** The fields of the line, without its hash. */
  default ObjectNode json() {
    ObjectNode line = HistoryChain.JSON.createObjectNode();
    switch (this) {
      case Head(String of, boolean secrets) ->
          line.put("history", "dynode")
              .put("version", HistoryChain.VERSION)
              .put("of", of)
              .put("secrets", secrets ? "kept" : "redacted");
      case Event(String id, long sequence, Instant at, String type, JsonNode event) ->
          line.put("id", id)
              .put("sequence", sequence)
              .put("at", at.toString())
              .put("type", type)
              .set("event", event);
      case End(long events) -> line.put("events", events);
    }
    return line;
  }
}
