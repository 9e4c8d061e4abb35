package dev.dynode.docs;

import dev.dynode.cli.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A walk through an incident that was recorded with the real client ({@code EndingsTest}): every
 * command is run on that history, and its output is what stands in the page.
 */
final class DebuggingPage {
  private static final byte[] NOTHING = new byte[0];

  private final Path folder;
  private final StringBuilder page = new StringBuilder();
  private Map<String, String> environment = Map.of();

  private DebuggingPage(Path folder) {
    this.folder = folder;
  }

  static String text(Path folder) throws Exception {
    return new DebuggingPage(folder).write();
  }

  private String write() throws Exception {
    Path recorded =
        Docs.root().resolve("persistence/journal/src/test/resources/histories/incident.jsonl");
    Files.copy(recorded, folder.resolve("incident.jsonl"));
    String lines = Files.readString(recorded);
    String dyno = found("\"name\":\"(run\\.\\d+)\"", lines);
    String then = found("DynoEvent\\$HangupIgnored\",\"event\":\\{\"at\":\"([^\"]{19})", lines);
    say(
        """
        # Debugging with the journal

        Everything that was decided is in the journal, for ever. This is how an incident is understood from it. The history is a
        real one, recorded with the stock `heroku` client against a node whose times were shortened (a dyno is cycled after 40 s
        instead of 24 h, SIGHUPs are 1 s apart); it is kept among the golden histories, and a test runs every command below on it.

        **What people say:** "The migration never finished, its log just stops, and nobody touched it."

        ## On your own machine

        A history travels as a file of JSON lines ([format](history-file.md)), with the values of variables left out. Whoever
        sends it to you runs `dynode export -a shop -o incident.jsonl`. Take it into a data folder of its own; all of the file is checked
        first:
        """);
    run(
        "import",
        folder.resolve("incident.jsonl").toString(),
        "--data",
        folder.resolve("data").toString());
    say(
        """
        No node need run: commands that look back read the folder by themselves, and change nothing in it. Where a node runs, they ask it.
        """);
    environment = Map.of("DYNODE_DATA", folder.resolve("data").toString());
    say(
        """
        ## What happened to the app?

        `explain` without a dyno tells the story of the app, refused requests included:
        """);
    run("explain", "-a", "shop");
    say(
        """
        One dyno ran the migration, and it ended with status 143: a SIGTERM. Somebody had asked for a size that does not exist before;
        that has nothing to do with it.

        ## What was the state then?
        """);
    run("ps", "--at", then + "Z", "-a", "shop");
    say(
        """
        ## Why did it end?
        """);
    run("explain", dyno, "-a", "shop");
    say(
        """
        So nobody touched it, which was the trouble: the console's connection was lost, SIGHUP was to end the command, the command
        traps SIGHUP, and from then on it ran without anybody until its longest life was over. The remedy is not in the platform: start
        such a command with `heroku run:detached`, or do not trap SIGHUP.

        ## Event by event

        Each event with the state before and after, what was ordered because of it, and what became of that (✔ done, ✘ failed,
        · no event tells):
        """);
    run("replay", dyno, "-a", "shop");
    say(
        """
        The third SIGHUP is told as not obeyed, and then R16. The whole state at any event or time:
        """);
    run("replay", dyno, "-a", "shop", "--until", "4");
    say(
        """
        `--step` walks through it in the terminal with the arrow keys. `--html` writes one page that opens without a server: a
        slider, the state at any event, and what each event changed:
        """);
    run("replay", dyno, "-a", "shop", "--html", "-o", folder.resolve("migration.html").toString());
    say(
        """
        ## Is the history itself sound?

        `verify` decides all of it again with today's rules, and compares what it finds with every snapshot, with the indexes, with what
        apps tell of their dynos, and, where a node runs, with the live actors. Before an upgrade, run the new version's `dynode verify --journal COPY` on
        a copy of yesterday's journal: it tells which decisions the new rules would have made otherwise.
        """);
    run("verify");
    say(
        """
        ## Hand it on

        The part that matters to others is one dyno. Its file replays anywhere, without a node:
        """);
    String file = folder.resolve("migration.jsonl").toString();
    run("export", dyno, "-a", "shop", "-o", file);
    run("explain", "--file", file);
    return Docs.generated("DebuggingPage") + page;
  }

  private static String found(String pattern, String in) {
    Matcher matcher = Pattern.compile(pattern).matcher(in);
    if (!matcher.find()) {
      throw new AssertionError("nothing like " + pattern);
    }
    return matcher.group(1);
  }

  private void say(String text) {
    page.append(page.isEmpty() ? "" : "\n").append(text);
  }

  private void run(String... words) throws Exception {
    Programs.Result result = Programs.run(Programs.dynode(words), environment, NOTHING);
    String told = result.text() + result.err();
    if (result.exit() != 0) {
      throw new AssertionError(List.of(words) + ": " + told);
    }
    String console = "$ dynode " + String.join(" ", words) + "\n" + told;
    page.append("\n```console\n")
        .append(console.replace(folder + "/", "").replaceAll(" in \\d+\\.\\d s: ", " in … s: "))
        .append("```\n");
  }
}
