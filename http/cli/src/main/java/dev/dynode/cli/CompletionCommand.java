package dev.dynode.cli;

import dev.dynode.cli.failure.CommandFailed;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dynode completion}: what makes a shell complete our commands and options. */
@Command(
    name = "completion",
    description = {
      "Print a script by which bash or zsh complete commands and options.",
      "",
      "In ~/.bashrc or ~/.zshrc:",
      "  source <(dynode completion bash)",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private String shell = "";

  @Override
  public Integer call() {
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      throw new CommandFailed("SHELL must be bash or zsh, not \"" + shell + "\".", 2);
    }
    if (spec != null) { // one script is for both
      System.out.print(AutoComplete.bash("dynode", spec.parent().commandLine()));
    }
    return 0;
  }
}
