package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.cli.deploy.FolderPacker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All commands together: their help, their completion, and what is said of their misuse. */
@Isolated("takes this process's streams")
@Tag("cli")
class CommandLineTest {
  private static final byte[] NOTHING = {};

  /** What no sentence for people has in it. */
  static final Pattern JAVA =
      Pattern.compile(
          "\\b[a-z]+\\.[a-z.]+\\.[A-Z]\\w+|Exception\\b|Optional\\[|String: \\d|\\bint\\b|\\bindex \\d");

  @TempDir private Path folder = Path.of("");

  private static List<CommandSpec> all() {
    List<CommandSpec> found = new ArrayList<>();
    collect(Dynode.commandLine(new FolderPacker()).getCommandSpec(), found);
    return found;
  }

  private static void collect(CommandSpec command, List<CommandSpec> into) {
    into.add(command);
    command.subcommands().values().forEach(each -> collect(each.getCommandSpec(), into));
  }

  private static String sentence(String[] description) {
    return description.length == 0 ? "" : description[0];
  }

  @Test
  void noDescriptionEndsInMidSentence() {
    for (CommandSpec command : all()) {
      String name = command.qualifiedName();
      String shown = sentence(command.usageMessage().description());
      if (!name.startsWith("dynode help")) { // picocli's own
        assertTrue(shown.endsWith("."), name + " is listed as: " + shown);
        for (String line : command.usageMessage().description()) {
          assertTrue(line.isEmpty() || line.startsWith("  ") || line.matches(".*[.:]"), line);
        }
      }
      for (ArgSpec argument :
          Stream.concat(command.options().stream(), command.positionalParameters().stream())
              .toList()) {
        String said = String.join(" ", argument.description());
        assertTrue(said.endsWith("."), name + " " + argument.paramLabel() + ": " + said);
      }
    }
  }

  @Test
  void aloneItListsEveryCommandOfAGroup() throws Exception {
    Programs.Result result = Programs.run(Programs.dynode(), Map.of(), NOTHING);
    assertEquals(0, result.exit(), result.err());
    assertEquals("", result.err());
    CommandLine line = Dynode.commandLine(new FolderPacker());
    assertEquals(
        new TreeSet<>(line.getSubcommands().keySet()),
        new TreeSet<>(CommandGroups.names().filter(name -> !name.equals("bench")).toList()),
        "each command is in one group; that of another module is not here");
    line.getSubcommands()
        .forEach(
            (name, command) ->
                assertTrue(result.text().matches("(?s).*\n  " + name + " +\\S.*"), result.text()));
    String flat = result.text().replaceAll("\\s+", " ");
    for (CommandLine command : line.getSubcommands().values()) {
      String shown = sentence(command.getCommandSpec().usageMessage().description());
      assertTrue(flat.contains(shown), shown);
    }
    assertTrue(flat.contains("What happened explain"), flat);
    assertEquals(result.text(), Programs.run(Programs.dynode("--help"), Map.of(), NOTHING).text());
  }

  @Test
  void shellsCompleteCommandsAndOptions() throws Exception {
    Programs.Result script = Programs.run(Programs.dynode("completion", "bash"), Map.of(), NOTHING);
    assertEquals(0, script.exit(), script.err());
    Path file = Files.writeString(folder.resolve("completion"), script.text());
    assertEquals("deploy destroy", completed(file, "dynode de"));
    assertTrue(completed(file, "dynode run --no").contains("--no-deploy"));
    assertTrue(completed(file, "dynode host ").contains("undrain"));
    Programs.Result fish = Programs.run(Programs.dynode("completion", "fish"), Map.of(), NOTHING);
    assertEquals(2, fish.exit());
    assertEquals("Error: SHELL must be bash or zsh, not \"fish\".\n", fish.err());
  }

  /** What a real bash offers at the end of this line. */
  private static String completed(Path script, String line) throws Exception {
    String complete =
        """
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        [[ $(complete -p dynode) =~ -F\\ ([^ ]*) ]]
        "${BASH_REMATCH[1]}" dynode "${!#}" ""
        echo "${COMPREPLY[*]}"
        """;
    List<String> command = new ArrayList<>(List.of("bash", "-c", complete, "x", script.toString()));
    command.addAll(List.of(line.split(" ", -1)));
    Programs.Result bash = Programs.run(command, Map.of(), NOTHING);
    return bash.text().strip() + bash.err();
  }

  @Test
  void misuseIsSaidInWordsOfPeople() throws Exception {
    Map<String, String> said =
        Map.of(
            "nosuch", "nosuch is no command of dynode",
            "depoly", "did you mean deploy",
            "ps --nosuch", "There is no option",
            "ps one", "one is one word too many",
            "server --api-port x", "'x' is not a whole number",
            "server --api-port 99999", "api-port must be a port, 0 to 65535",
            "run -e x true", "should be in KEY=VALUE format but was x",
            "stop", "Missing required parameter: 'DYNO'",
            "destroy", "APP");
    for (Map.Entry<String, String> each : said.entrySet()) {
      Programs.Result result =
          Programs.run(
              Programs.dynode(each.getKey().split(" ", -1)),
              Map.of("DYNODE_DATA", folder.toString()),
              NOTHING);
      assertEquals(2, result.exit(), each.getKey() + result.err());
      assertTrue(result.err().startsWith("Error: "), result.err());
      assertTrue(result.err().contains(each.getValue()), each.getKey() + ": " + result.err());
      assertEquals(1, result.err().lines().count(), result.err());
      assertFalse(JAVA.matcher(result.err()).find(), result.err());
    }
  }

  /** Every option of every command is given a value of no type. */
  @Test
  void noOptionAnswersAWrongValueWithJava() {
    CommandLine line = Dynode.commandLine(new FolderPacker());
    var err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true));
    try {
      for (CommandSpec command : all()) {
        for (ArgSpec argument : command.options()) {
          Class<?> type = argument.type();
          if (argument.arity().max() > 0
              && !List.of(String.class, Path.class).contains(type)
              && !command.qualifiedName().equals("dynode help")) {
            List<String> words = new ArrayList<>(List.of(command.qualifiedName().split(" ", -1)));
            words.removeFirst();
            words.add(((OptionSpec) argument).longestName() + "=!");
            int code = line.execute(words.toArray(String[]::new));
            assertTrue(code == 1 || code == 2, words.toString());
          }
        }
      }
    } finally {
      System.setErr(before);
    }
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.lines().count() > 5, said);
    assertFalse(JAVA.matcher(said).find(), said);
  }
}
