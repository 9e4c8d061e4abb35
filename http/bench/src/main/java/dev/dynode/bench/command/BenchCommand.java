package dev.dynode.bench.command;

import dev.dynode.bench.Bench;
import dev.dynode.bench.Effort;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.OnInterrupt;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode bench}: what a node costs on this machine. */
@Command(
    name = "bench",
    subcommands = ClusterBenchCommand.class,
    description = {
      "Measure a node of its own on this machine, beside ssh and bare processes.",
      "",
      "Prints one Markdown table on stdout and what it is doing on stderr. Takes some minutes; let"
          + " nothing else run meanwhile. Exits with 0 whether the aims are met or not.",
      ""
    })
final class BenchCommand implements Callable<Integer> {
  private static final int ROUNDS = 100;
  private static final int QUICK_ROUNDS = 3;
  private static final int FEWEST = 1;

  @Option(
      names = "--quick",
      description = "See that it works, in a minute; the figures mean nothing.")
  private boolean quick;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds of each start; 100 if not given, 3 with --quick.")
  private @Nullable Integer rounds;

  @Parameters(
      arity = "0..*",
      paramLabel = "PART",
      description =
          "attached, detached, isolated, keystrokes, throughput, lifecycles, crowd, ends,"
              + " history, questions, ledger, heap;"
              + " all if not given.")
  private List<String> parts = List.of();

  @Override
  public Integer call() throws IOException {
    String launcher = System.getProperty("dynode.launcher");
    if (launcher == null) {
      throw new CommandFailed("Start this command with bin/dynode: it starts nodes with it.");
    }
    int count = rounds == null ? (quick ? QUICK_ROUNDS : ROUNDS) : rounds;
    if (count < FEWEST) {
      throw new CommandFailed("--rounds must be 1 or more.", 2);
    }
    Set<String> chosen;
    try {
      chosen = Bench.parts(parts);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(Reason.of(e), 2);
    }
    Effort effort = quick ? Effort.quick(count) : Effort.full(count);
    try (Bench bench =
        new Bench(
            List.of(launcher, "server"), effort, text -> System.err.println("bench: " + text))) {
      OnInterrupt.first(() -> close(bench));
      System.out.print(bench.table(chosen));
    }
    return 0;
  }

  private static void close(Bench bench) {
    try {
      bench.close();
    } catch (IOException e) {
      System.err.println("Error: " + Reason.of(e));
    }
  }
}
