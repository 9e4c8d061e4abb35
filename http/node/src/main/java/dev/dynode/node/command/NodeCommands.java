package dev.dynode.node.command;

import dev.dynode.cli.MoreCommands;
import dev.dynode.node.Node;
import dev.dynode.offline.ArchiveCommand;
import dev.dynode.offline.ExportCommand;
import dev.dynode.offline.VerifyCommand;
import dev.dynode.offline.simulate.SimulateCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The commands that are a node, change what one keeps, or work without one. */
public final class NodeCommands implements MoreCommands {
  @Override
  public Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("server", () -> new ServerCommand(Node::start));
    commands.put("verify", VerifyCommand::new);
    commands.put("export", ExportCommand::new);
    commands.put("import", ImportCommand::new);
    commands.put("archive", ArchiveCommand::new);
    commands.put("tls", TlsCommand::new);
    commands.put("simulate", SimulateCommand::new);
    return commands;
  }
}
