package dev.dynode.cli;

import dev.dynode.node.NodeStarter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The {@code dynode} command. Exit codes: 0 done, 1 failed, 2 used wrongly; {@code run} its own.
 */
@Command(
    name = "dynode",
    description = {"One-off dynos on your own machines.", ""},
    version = Dynode.VERSION,
    footer = {"", "Try: dynode run -- echo hello", "Help on one command: dynode COMMAND --help"})
public final class Dynode implements Callable<Integer> {
  static final String VERSION = "dynode 0.1.0";
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private Dynode() {}

  /** Runs one command and exits. */
  public static void main(String[] arguments) {
    NodeStarter starter = Unwired.STARTER; // WIRE: dev.dynode.node.Node::start
    Packer packer = Unwired.PACKER; // WIRE: SlugArchive.pack and Procfile.parse
    int code = commandLine(starter, packer).execute(arguments);
    OnInterrupt.giveWay();
    OnInterrupt.nothing();
    System.exit(code);
  }

  /** All commands, over what starts a node and what makes slugs. */
  static CommandLine commandLine(NodeStarter starter, Packer packer) {
    // What follows the first word of run's command belongs to that command, with or without --.
    CommandLine run = new CommandLine(new RunCommand(packer)).setStopAtPositional(true);
    CommandLine line =
        new CommandLine(new Dynode())
            .addSubcommand(new ServerCommand(starter))
            .addSubcommand(new EnvCommand())
            .addSubcommand(run)
            .addSubcommand(new DeployCommand(packer))
            .addSubcommand(new PsCommand())
            .addSubcommand(new LogsCommand())
            .addSubcommand(new EventsCommand())
            .addSubcommand(new StopCommand())
            .addSubcommand(new AppsCommand())
            .addSubcommand(new CreateCommand());
    for (CommandLine each : line.getSubcommands().values()) {
      each.getCommandSpec().mixinStandardHelpOptions(true);
    }
    line.getCommandSpec().mixinStandardHelpOptions(true);
    return line.setParameterExceptionHandler(Dynode::misused)
        .setExecutionExceptionHandler((e, command, result) -> failed(e));
  }

  /** Without a command: the help. */
  @Override
  public Integer call() {
    CommandLine.usage(this, System.err);
    return MISUSED;
  }

  private static int misused(ParameterException e, String[] arguments) {
    System.err.println(
        "Error: "
            + e.getMessage()
            + " See `"
            + e.getCommandLine().getCommandSpec().qualifiedName()
            + " --help`.");
    return MISUSED;
  }

  private static int failed(Exception e) {
    OnInterrupt.giveWay();
    return switch (e) {
      case CommandFailed failed -> {
        System.err.println("Error: " + failed.getMessage());
        yield failed.exitCode();
      }
      case ApiError error -> {
        System.err.println("Error: " + error.text());
        yield FAILED;
      }
      default -> {
        System.err.println("Error: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        yield FAILED;
      }
    };
  }
}
