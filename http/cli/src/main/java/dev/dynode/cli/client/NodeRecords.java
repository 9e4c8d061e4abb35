package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.terminal.OnInterrupt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Records as a node tells them. */
public record NodeRecords(ApiClient api) implements Records {
  private static final String DATA = "data:";

  @Override
  public List<String> apps() {
    return api.all("/apps", "name").stream().map(app -> app.path("name").asText()).toList();
  }

  @Override
  public List<JsonNode> dynos(String app, boolean all) {
    return all
        ? api.all("/apps/" + app + "/dynos?all=true", "created_at")
        : api.all("/apps/" + app + "/dynos", "name");
  }

  @Override
  public JsonNode state(String app, Moment at) {
    return api.get("/apps/" + app + "/state" + at.query());
  }

  @Override
  public Story story(String app, @Nullable String dyno) {
    return new NodeStory(api, app, dyno);
  }

  @Override
  public void log(String app, LogWish wish, Predicate<String> line) {
    var _ = read(app, wish, false, line);
  }

  /** Goes on with every new line; whether it was the node that ended it. */
  public boolean follow(String app, LogWish wish, Predicate<String> line) {
    return read(app, wish, true, line);
  }

  private boolean read(String app, LogWish wish, boolean tail, Predicate<String> line) {
    ObjectNode request = Json.object().put("lines", wish.lines()).put("tail", tail);
    if (wish.dyno() != null) {
      request.put("dyno", wish.dyno());
    }
    if (wish.source() != null) {
      request.put("source", wish.source());
    }
    JsonNode session = api.post("/apps/" + app + "/log-sessions", request);
    URI stream = URI.create(session.path("logplex_url").asText());
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(api.events(stream), StandardCharsets.UTF_8))) {
      for (String sent = in.readLine(); sent != null; sent = in.readLine()) {
        if (sent.startsWith(DATA)
            && !line.test(
                sent.substring(sent.startsWith(DATA + " ") ? DATA.length() + 1 : DATA.length()))) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      OnInterrupt.giveWay();
      throw new CommandFailed("The log stream broke: " + e.getMessage());
    }
  }

  @Override
  public Optional<String> asOf() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
