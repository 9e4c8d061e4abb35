package dev.dynode.offline;

import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode export}: a history as a file. */
@Command(
    name = "export",
    description = {
      "Write the history of a dyno, of an app with its dynos, or of everything, as lines of JSON.",
      "",
      "The lines are chained: who changes one is found out. Values of config vars and of env are"
          + " left out.",
      ""
    })
public final class ExportCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(names = "--everything", description = "All apps.")
  private boolean everything;

  @Option(
      names = "--secrets",
      description = "With the values of variables: whoever has the file then has them.")
  private boolean secrets;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write to this file instead of stdout. It must not be there yet.")
  private @Nullable Path output;

  @Parameters(
      paramLabel = "DYNO",
      arity = "0..1",
      description = "Name or id; finished dynos too. Without one: the app.")
  private @Nullable String dyno;

  @Override
  public Integer call() throws IOException {
    String of = everything ? "" : "/apps/" + app.name() + (dyno == null ? "" : "/dynos/" + dyno);
    if (output != null && Files.exists(output)) {
      throw new CommandFailed(output + " is there already; name another file.");
    }
    if (node.resting()) {
      try (var records = FolderRecords.open(node.data());
          Stream<String> lines =
              records.export(everything ? null : app.name(), everything ? null : dyno, secrets)) {
        return write(lines);
      } catch (IllegalStateException unreadable) {
        throw new CommandFailed(String.valueOf(unreadable.getMessage()));
      }
    }
    try (var in = node.api().stream("GET", of + "/export" + (secrets ? "?secrets=keep" : ""));
        var read = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return write(read.lines());
    } catch (UncheckedIOException broken) {
      throw new CommandFailed("The node stopped answering before the end.");
    }
  }

  private int write(Stream<String> all) throws IOException {
    long lines = 0;
    String last = "";
    try (PrintStream out = out()) {
      for (Iterator<String> each = all.iterator(); each.hasNext(); ) {
        last = each.next();
        out.print(last + "\n");
        lines++;
      }
      out.flush();
      if (out.checkError()) {
        throw new CommandFailed("Not all could be written.");
      }
    }
    var end = Json.read(last.getBytes(StandardCharsets.UTF_8));
    if (!end.has("events")) {
      throw new CommandFailed("The node stopped answering before the end.");
    }
    System.err.println(
        "%,d events; hash of the last line %s.".formatted(lines - 2, end.path("hash").asText()));
    return 0;
  }

  private PrintStream out() throws IOException {
    return output == null
        ? System.out
        : new PrintStream(Files.newOutputStream(output), false, StandardCharsets.UTF_8);
  }
}
