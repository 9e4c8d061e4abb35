package dev.dynode.cli;

import dev.dynode.cli.client.Json;
import dev.dynode.cli.deploy.FolderPacker;
import dev.dynode.cli.story.StoryText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the launcher runs once after a build, so that Java can keep what commands load and start
 * faster: some commands that reach no node, and how an answer is told.
 */
final class Rehearsal {
  private static final String EVENT =
      "{\"sequence\":1,\"at\":\"\",\"type\":\"\",\"orders\":[{\"details\":{\"a\":\"b\",\"c\":1}}]}";

  private Rehearsal() {}

  public static void main(String[] arguments) throws IOException {
    for (List<String> words :
        List.of(
            List.of("run", "-a", "none", "--no-tty", "true"),
            List.of("ps", "-a", "none"),
            List.of("replay", "-a", "none", "none"),
            List.of("explain", "-a", "none", "none"))) {
      String[] command = words.toArray(String[]::new);
      var _ = Dynode.commandLine(new FolderPacker(), command).execute(command);
    }
    var event = Json.read(EVENT.getBytes(StandardCharsets.UTF_8));
    StoryText.of(event).forEach(System.out::println);
    System.out.println(Json.pretty(event));
  }
}
