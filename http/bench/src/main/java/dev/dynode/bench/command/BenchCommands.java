package dev.dynode.bench.command;

import dev.dynode.cli.MoreCommands;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The command that measures. */
public final class BenchCommands implements MoreCommands {
  @Override
  public Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("bench", BenchCommand::new);
    return commands;
  }
}
