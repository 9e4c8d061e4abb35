package dev.dynode.bench.command;

import dev.dynode.bench.cluster.ClusterBench;
import dev.dynode.bench.cluster.ClusterEffort;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.OnInterrupt;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dynode bench cluster}: what control nodes over PostgreSQL can do on this machine. */
@Command(
    name = "cluster",
    description = {
      "Measure control nodes over PostgreSQL on this machine, beside pgbench.",
      "",
      "Takes an empty database, and leaves it empty. Control nodes are processes of their own; hosts"
          + " are in this one and start nothing. Prints one Markdown table on stdout.",
      ""
    })
final class ClusterBenchCommand implements Callable<Integer> {
  @Option(
      names = "--postgres",
      paramLabel = "URL",
      required = true,
      description =
          "An empty database, such as jdbc:postgresql://localhost/bench?user=me&password=secret.")
  private String postgres = "";

  @Option(
      names = "--control-nodes",
      paramLabel = "N",
      split = ",",
      description = "Sizes of clusters; 1,2,3 if not given.")
  private List<Integer> controls = List.of(1, 2, 3);

  @Option(
      names = "--lives",
      paramLabel = "N",
      description = "Lives of dynos that each cluster is measured with; 20000 if not given.")
  private int lives = 20_000;

  @Option(
      names = "--live-dynos",
      paramLabel = "N",
      description =
          "Dynos that live when a control node of three is killed; 100000 if not given, 0: not"
              + " measured.")
  private int liveDynos = 100_000;

  @Option(
      names = "--quick",
      description = "See that it works, in a minute; the figures mean nothing.")
  private boolean quick;

  @Override
  public Integer call() throws IOException {
    String launcher = System.getProperty("dynode.launcher");
    if (launcher == null) {
      throw new CommandFailed("Start this command with bin/dynode: it starts nodes with it.");
    }
    if (controls.stream().anyMatch(count -> count < 1) || lives < 1 || liveDynos < 0) {
      throw new CommandFailed(
          "--control-nodes and --lives must be 1 or more, --live-dynos 0 or more.", 2);
    }
    ClusterEffort effort =
        quick ? ClusterEffort.quick(controls) : ClusterEffort.full(controls, lives, liveDynos);
    try (ClusterBench bench =
        new ClusterBench(
            List.of(launcher, "server"),
            postgres,
            effort,
            text -> System.err.println("bench: " + text))) {
      OnInterrupt.first(() -> close(bench));
      System.out.print(bench.table());
    }
    return 0;
  }

  private static void close(ClusterBench bench) {
    try {
      bench.close();
    } catch (IOException e) {
      System.err.println("Error: " + Reason.of(e));
    }
  }
}
