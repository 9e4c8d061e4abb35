package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode explain}: why everything happened to a dyno as it did. */
@Command(
    name = "explain",
    description = {
      "Say in plain sentences who started a dyno, what became of it, and why;",
      "or what happened to an app, and why requests were refused.",
      ""
    })
final class ExplainCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Parameters(
      paramLabel = "DYNO",
      arity = "0..1",
      description =
          "Name or id; finished dynos too. Without one: the app, refused requests included.")
  private @Nullable String dyno;

  @Override
  public Integer call() {
    String of = "/apps/" + app.name() + (dyno == null ? "" : "/dynos/" + dyno);
    JsonNode told = node.api().get(of + "/explanation");
    if (json) {
      System.out.println(Json.pretty(told));
    } else {
      told.path("sentences").forEach(sentence -> System.out.println(sentence.asText()));
    }
    return 0;
  }
}
