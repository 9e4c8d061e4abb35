package dev.dynode.heroku;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Many calls of the client in one process, which is told to ask nobody but the node. */
final class HerokuWalk {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  private HerokuWalk() {}

  /**
   * How a call ended.
   *
   * @param hosts whom else it would have asked
   * @param requests such as {@code GET /apps 200}
   */
  record Ending(String line, int exit, String said, List<String> hosts, List<String> requests) {}

  /** What was found: the names of all commands there are, and the endings by their lines. */
  record Found(List<String> commands, Map<String, Ending> endings) {}

  /**
   * Makes the calls, one after the other.
   *
   * @param words what each line's placeholders are
   */
  static Found of(HerokuCli client, Path folder, List<String> lines, Map<String, String> words)
      throws Exception {
    Files.createDirectories(folder);
    Path list = folder.resolve("lines.json");
    var calls = new ArrayList<String>();
    for (String line : lines) {
      ObjectNode call = JSON.createObjectNode().put("line", line);
      split(line, words).forEach(call.putArray("words")::add);
      calls.add(JSON.writeValueAsString(call));
    }
    Files.write(list, calls);
    Path script = folder.resolve("walk.mjs");
    try (InputStream in =
        Objects.requireNonNull(HerokuWalk.class.getResourceAsStream("walk.mjs"))) {
      Files.write(script, in.readAllBytes());
    }
    var builder =
        new ProcessBuilder(
                "node",
                "--no-deprecation",
                script.toString(),
                client.root().toString(),
                list.toString())
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(folder.resolve("stderr").toFile());
    builder.environment().clear();
    builder.environment().putAll(client.environment());
    builder.environment().put("EDITOR", "true");
    return read(builder.start(), lines.size());
  }

  private static Found read(Process process, int lines) throws IOException, InterruptedException {
    List<String> commands = new ArrayList<>();
    Map<String, Ending> endings = new TreeMap<>();
    try (BufferedReader out = process.inputReader()) {
      for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
        if (!line.startsWith("{\"")) {
          continue; // of a program that a command started
        }
        JsonNode json = JSON.readTree(line);
        json.path("commands").forEach(each -> commands.add(each.asText()));
        if (json.has("line")) {
          endings.put(
              json.path("line").asText(),
              new Ending(
                  json.path("line").asText(),
                  json.path("exit").asInt(),
                  plain(json.path("err").asText() + " " + json.path("out").asText()),
                  texts(json.path("hosts")),
                  texts(json.path("requests"))));
        }
      }
    } finally {
      process.destroy();
    }
    if (endings.size() != lines) {
      throw new AssertionError("it ended after " + endings.size() + " of " + lines + " calls");
    }
    process.waitFor();
    return new Found(commands, endings);
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static String plain(String text) {
    return text.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", " ")
        .replace("›", " ")
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static List<String> split(String line, Map<String, String> words) {
    List<String> split = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      String word =
          matcher.group(1) != null
              ? matcher.group(1)
              : matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
      split.add(words.getOrDefault(word, word));
    }
    return split;
  }
}
