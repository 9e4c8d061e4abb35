package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/** The story of a dyno or an app, wherever it comes from; told as the API tells it. */
public interface Story {
  /** What it is called. */
  String name();

  /**
   * Every event, as it is read; an app may have more than memory holds.
   *
   * @param states whether each tells the whole state it led to
   */
  Stream<JsonNode> events(boolean states);

  /** What was printed, as far as it was kept. */
  List<JsonNode> output();

  /** The whole state at a moment. */
  JsonNode state(Moment at);

  /** Why everything happened. */
  JsonNode explanation();
}
