package dev.dynode.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IHelpSectionRenderer;

/** The list of commands by what they are for. */
final class CommandGroups implements IHelpSectionRenderer {
  private static final int INDENT = 2;
  private static final int NAME_WIDTH = 14;

  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("Dynos", List.of("run", "ps", "logs", "stop"));
    GROUPS.put("Apps", List.of("apps", "create", "deploy", "destroy"));
    GROUPS.put(
        "What happened",
        List.of("explain", "events", "replay", "export", "import", "archive", "verify"));
    GROUPS.put("Nodes", List.of("server", "env", "host", "tls"));
    GROUPS.put("Before you buy hosts", List.of("simulate", "bench"));
    GROUPS.put("This command", List.of("completion", "help"));
  }

  /** Every command that is in a group. */
  static Stream<String> names() {
    return GROUPS.values().stream().flatMap(List::stream);
  }

  @Override
  public String render(Help help) {
    var text = new StringBuilder();
    int width = help.commandSpec().usageMessage().width();
    GROUPS.forEach(
        (heading, names) -> {
          text.append(System.lineSeparator()).append(heading).append(System.lineSeparator());
          TextTable table =
              TextTable.forColumns(
                  help.colorScheme(),
                  new Column(NAME_WIDTH, INDENT, Overflow.SPAN),
                  new Column(width - NAME_WIDTH, INDENT, Overflow.WRAP));
          for (String name : names) {
            Help command = help.subcommands().get(name);
            if (command != null) {
              table.addRowValues(name, command.commandSpec().usageMessage().description()[0]);
            }
          }
          text.append(table);
        });
    return text.toString();
  }
}
