package dev.dynode.cli;

import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.terminal.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dynode stop}: SIGTERM to a dyno, SIGKILL 30 s later. */
@Command(
    name = "stop",
    description = {"Stop a dyno: SIGTERM, and SIGKILL 30 seconds later.", ""})
final class StopCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Parameters(paramLabel = "DYNO", description = "Name or id.")
  private String dyno = "";

  @Override
  public Integer call() {
    String name = app.name();
    Progress progress = Progress.onStderr("Stopping " + dyno + " on " + name);
    node.api().post("/apps/" + name + "/dynos/" + dyno + "/actions/stop", null);
    progress.ends("done");
    return 0;
  }
}
