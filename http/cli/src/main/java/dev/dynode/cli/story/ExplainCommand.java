package dev.dynode.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.Story;
import dev.dynode.domain.logs.LineText;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dynode explain}: why everything happened to a dyno as it did. */
@Command(
    name = "explain",
    description = {
      "Say in plain sentences why a dyno ended, or what happened to an app.",
      "",
      "Of a dyno: who started it, what became of it, and why. Of an app, without DYNO: what happened"
          + " to it, and why requests were refused.",
      ""
    })
public final class ExplainCommand implements Callable<Integer> {
  @Mixin private final StoryOptions of = new StoryOptions();

  @Override
  public Integer call() throws IOException {
    JsonNode told = of.tell(Story::explanation);
    if (of.json) {
      System.out.println(Json.pretty(told));
    } else {
      told.path("sentences")
          .forEach(sentence -> System.out.println(LineText.of(sentence.asText())));
    }
    return 0;
  }
}
