package dev.dynode.cli;

import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.client.NodeRecords;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.failure.CommandFailed;
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
    var wish = new Records.LogWish(lines, dyno, source);
    if (tail) {
      if (new NodeRecords(node.api()).follow(app.name(), wish, LogsCommand::print)) {
        throw new CommandFailed("The node ended the log stream.");
      }
      return 0;
    }
    try (Records records = node.records()) {
      records.log(app.name(), wish, LogsCommand::print);
    }
    return 0;
  }

  /** Whether whoever reads wants more. */
  private static boolean print(String line) {
    System.out.println(line);
    return !System.out.checkError();
  }
}
