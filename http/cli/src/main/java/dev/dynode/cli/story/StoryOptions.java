package dev.dynode.cli.story;

import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.client.Recordings;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.client.Story;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whose story, and where it is read. */
final class StoryOptions {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Read it in a file that dynode export wrote; no node is needed.")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print it as JSON.")
  boolean json;

  @Parameters(
      paramLabel = "DYNO",
      arity = "0..1",
      description = "Name or id; finished dynos too. Without one: the app.")
  private @Nullable String dyno;

  /** What is done with a story, while it can be read. */
  @FunctionalInterface
  interface Telling<T> {
    T of(Story story) throws IOException;
  }

  <T> T tell(Telling<T> telling) throws IOException {
    if (file != null) {
      return telling.of(Recordings.installed().story(file, dyno));
    }
    try (Records records = node.records()) {
      return telling.of(records.story(app.name(), dyno));
    }
  }
}
