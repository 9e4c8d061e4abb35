package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A story as a node tells it. */
final class NodeStory implements Story {
  private final ApiClient api;
  private final String app;
  private final @Nullable String dyno;

  /**
   * @param dyno null: the story of the app
   */
  NodeStory(ApiClient api, String app, @Nullable String dyno) {
    this.api = api;
    this.app = app;
    this.dyno = dyno;
  }

  private String path() {
    return "/apps/" + app + (dyno == null ? "" : "/dynos/" + dyno);
  }

  @Override
  public String name() {
    return dyno == null ? app : explanation().path("of").path("name").asText();
  }

  @Override
  public Stream<JsonNode> events(boolean states) {
    return dyno == null
        ? api.lines(path() + "/events?lines=true" + (states ? "&states=true" : ""))
        : api.all(path() + "/events" + (states ? "?states=true" : ""), "sequence").stream();
  }

  @Override
  public List<JsonNode> output() {
    return dyno == null ? List.of() : api.all(path() + "/output", "sequence");
  }

  @Override
  public JsonNode state(Moment at) {
    return api.get(path() + "/state" + at.query());
  }

  @Override
  public JsonNode explanation() {
    return api.get(path() + "/explanation");
  }
}
