package dev.dynode.cli;

import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.terminal.Progress;
import java.io.Console;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode destroy}: an app and its dynos end. */
@Command(
    name = "destroy",
    description = {
      "Destroy an app: its dynos are stopped, its config and slugs are gone.",
      "",
      "What has happened to it stays readable in the journal.",
      ""
    })
final class DestroyCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @ArgGroup(multiplicity = "1")
  private final Named app = new Named();

  @Option(
      names = {"-c", "--confirm"},
      paramLabel = "APP",
      description = "The app's name once more, instead of being asked for it.")
  private @Nullable String confirm;

  /** As an option or a word, as the stock command has it. */
  private static final class Named {
    @Option(
        names = {"-a", "--app"},
        paramLabel = "APP",
        description = "The app.")
    private @Nullable String option;

    @Parameters(paramLabel = "APP", arity = "0..1", description = "The app.")
    private @Nullable String word;

    private String name() {
      return option != null ? option : word != null ? word : "";
    }
  }

  @Override
  public Integer call() {
    String name = app.name();
    ApiClient api = node.api();
    api.get("/apps/" + name); // before anybody is asked to confirm
    String confirmed = confirm == null ? asked(name) : confirm;
    if (!confirmed.equals(name)) {
      throw new CommandFailed(
          "Confirmation " + confirmed + " did not match " + name + ". Aborted.");
    }
    Progress progress = Progress.onStderr("Destroying " + name);
    progress.is("");
    api.delete("/apps/" + name);
    progress.ends("done");
    return 0;
  }

  @SuppressWarnings("SystemConsoleNull") // null again in 25, where java.base provides the console
  private static String asked(String name) {
    @Nullable Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new CommandFailed("To destroy " + name + ", add --confirm " + name + ".");
    }
    System.err.printf(
        " !    WARNING: This will destroy %s.%n !    To proceed, type %s, or run this again with --confirm %s.%n",
        name, name, name);
    @Nullable String line = console.readLine("> ");
    return line == null ? "" : line.strip();
  }
}
