package dev.dynode.cli;

import dev.dynode.cli.deploy.DeployCommand;
import dev.dynode.cli.deploy.FolderPacker;
import dev.dynode.cli.deploy.Packer;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Misuse;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.run.RunCommand;
import dev.dynode.cli.story.EventsCommand;
import dev.dynode.cli.story.ExplainCommand;
import dev.dynode.cli.story.ReplayCommand;
import dev.dynode.cli.terminal.OnInterrupt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code dynode} command. Exit codes: 0 done, 1 failed, 2 used wrongly; {@code run} its own.
 */
@Command(
    name = "dynode",
    description = {"One-off dynos on your own machines.", ""},
    version = Dynode.VERSION,
    footer = {"", "Try: dynode run -- echo hello", "Help on one command: dynode COMMAND --help"})
public final class Dynode implements Callable<Integer> {
  public static final String VERSION = "dynode 0.1.0";

  /** Commands that are about all commands. */
  private static final Set<String> OF_ALL = Set.of("completion", "help");

  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  @Spec private @Nullable CommandSpec spec;

  private Dynode() {}

  /** Runs one command and exits. */
  public static void main(String[] arguments) {
    int code = commandLine(new FolderPacker(), arguments).execute(arguments);
    OnInterrupt.giveWay();
    OnInterrupt.nothing();
    System.exit(code);
  }

  /**
   * The commands over what makes slugs: the one that is asked for, or all of them for the help
   * (making all takes a fifth of a second).
   */
  static CommandLine commandLine(Packer packer, String... arguments) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("env", EnvCommand::new);
    commands.put("run", () -> new RunCommand(packer));
    commands.put("deploy", () -> new DeployCommand(packer));
    commands.put("ps", PsCommand::new);
    commands.put("logs", LogsCommand::new);
    commands.put("events", EventsCommand::new);
    commands.put("replay", ReplayCommand::new);
    commands.put("explain", ExplainCommand::new);
    commands.put("host", HostCommand::new);
    commands.put("stop", StopCommand::new);
    commands.put("apps", AppsCommand::new);
    commands.put("create", CreateCommand::new);
    commands.put("destroy", DestroyCommand::new);
    commands.put("completion", CompletionCommand::new);
    commands.put("help", HelpCommand::new);
    if (arguments.length == 0
        || !commands.containsKey(arguments[0])
        || OF_ALL.contains(arguments[0])) {
      ServiceLoader.load(MoreCommands.class).forEach(more -> commands.putAll(more.commands()));
    }
    if (arguments.length > 0) {
      String first = arguments[0];
      if (commands.containsKey(first) && !OF_ALL.contains(first)) {
        commands.keySet().retainAll(Set.of(first));
      } else if (first.equals("--version") || first.equals("-V")) {
        commands.clear();
      }
    }
    CommandLine line = new CommandLine(new Dynode());
    line.getCommandSpec().mixinStandardHelpOptions(true);
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new CommandGroups());
    commands.forEach(
        (name, make) -> {
          CommandLine command = new CommandLine(make.get());
          command.getCommandSpec().mixinStandardHelpOptions(true);
          // What follows the first word of run's command belongs to it, with or without --.
          command.setStopAtPositional(name.equals("run"));
          line.addSubcommand(command);
        });
    return line.setParameterExceptionHandler(Dynode::misused)
        .setExecutionExceptionHandler((e, command, result) -> failed(e));
  }

  /** Without a command: the help. */
  @Override
  public Integer call() {
    if (spec != null) {
      spec.commandLine().usage(System.out);
    }
    return 0;
  }

  private static int misused(ParameterException e, String[] arguments) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    System.err.println("Error: " + Misuse.said(e) + " See `" + command + " --help`.");
    return MISUSED;
  }

  private static int failed(Exception e) {
    OnInterrupt.giveWay();
    if (System.getenv().getOrDefault("DYNODE_LOG", "").equalsIgnoreCase("debug")) {
      e.printStackTrace();
    }
    System.err.println("Error: " + Reason.of(e));
    return e instanceof CommandFailed failed ? failed.exitCode() : FAILED;
  }
}
