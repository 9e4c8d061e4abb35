package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode logs}: the app's log, as Heroku's article "Logging" prints it. */
@Command(
    name = "logs",
    description = {"Print the log of an app.", ""})
final class LogsCommand implements Callable<Integer> {
  private static final String DATA = "data:";

  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(
      names = {"-t", "--tail"},
      description = "Go on with every new line.")
  private boolean tail;

  @Option(
      names = {"-n", "--num"},
      paramLabel = "N",
      description = "So many of the last lines; ${DEFAULT-VALUE} if not given, 1500 at most.")
  private int lines = 100;

  @Option(
      names = {"-d", "--dyno"},
      paramLabel = "DYNO",
      description = "Only this dyno (run.1234) or process type (run).")
  private @Nullable String dyno;

  @Option(
      names = {"-s", "--source"},
      paramLabel = "SOURCE",
      description = "Only app (what programs print) or heroku (what the platform says).")
  private @Nullable String source;

  @Override
  public Integer call() {
    ApiClient api = node.api();
    ObjectNode request = Json.object().put("lines", lines).put("tail", tail);
    if (dyno != null) {
      request.put("dyno", dyno);
    }
    if (source != null) {
      request.put("source", source);
    }
    JsonNode session = api.post("/apps/" + app.name() + "/log-sessions", request);
    URI stream = URI.create(session.path("logplex_url").asText());
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(api.events(stream), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith(DATA)) {
          System.out.println(
              line.substring(line.startsWith(DATA + " ") ? DATA.length() + 1 : DATA.length()));
          if (System.out.checkError()) {
            return 0; // whoever read has seen enough
          }
        }
      }
    } catch (IOException e) {
      OnInterrupt.giveWay();
      throw new CommandFailed("The log stream broke: " + Reason.of(e));
    }
    if (tail) {
      throw new CommandFailed("The node ended the log stream.");
    }
    return 0;
  }
}
