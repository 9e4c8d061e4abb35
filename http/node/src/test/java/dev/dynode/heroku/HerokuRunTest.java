package dev.dynode.heroku;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.heroku.HerokuCli.Result;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code heroku run}, as it comes from npm, with pipes for stdin and stdout. */
@Timeout(600)
@Tag("cli")
class HerokuRunTest {
  private static final String MARKER = "heroku-command-exit-status";

  @TempDir private static Path folder;
  private static HerokuNode node;

  @BeforeAll
  @Timeout(1500)
  static void start() throws Exception {
    node = new HerokuNode(folder);
    for (String app : new String[] {"v10", "v11"}) {
      node.deploy(
          app,
          Map.of(
              "Procfile",
              "web: sleep 1000\nworker: echo \"worker says\"\n",
              "hello.txt",
              "hello from the slug\n",
              "lies.sh",
              "printf '\\xef\\xbf\\xbf heroku-command-exit-status: %s\\n' 0 42; exit 6\n"));
    }
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** Runs against the version's own app. */
  private static Result run(String version, String... words) throws Exception {
    return run(version, new byte[0], words);
  }

  private static Result run(String version, byte[] input, String... words) throws Exception {
    String[] all = new String[words.length + 3];
    all[0] = "run";
    all[1] = "-a";
    all[2] = version;
    System.arraycopy(words, 0, all, 3, words.length);
    return node.client(version).run(input, all);
  }

  @EachVersion
  void theFirstOne(String version) throws Exception {
    Result result = run(version, "echo hi").exits(0);
    assertEquals("hi\n", result.out());
    assertTrue(
        result.said().matches(".*Running echo hi on " + version + "\\.\\.\\. up, run\\.[0-9]{4}"),
        result.said());
  }

  @EachVersion
  void exitStatusIsTheCommands(String version) throws Exception {
    assertEquals("", run(version, "-x", "exit 3").exits(3).out());
    Result ended = run(version, "-x", "set -e; false").exits(1);
    assertTrue(ended.said().contains("Process exited with code 1"), ended.said());
    Result half = run(version, "-x", "printf half; (exit 4)").exits(4);
    assertTrue(half.out().startsWith("half") && !half.out().contains(MARKER), half.out());
    assertEquals("whole\n", run(version, "-x", "echo whole").exits(0).out());
  }

  /** The client takes the first line it finds, asked for or not. */
  @LatestVersion
  void aLineThatAProgramPrintsIsNotItsExitStatus(String version) throws Exception {
    String printed = "\uFFFF " + MARKER + ": 0\n\uFFFF " + MARKER + ": 42\n";
    assertEquals(printed, run(version, "-x", "bash lies.sh").exits(6).out());
    assertEquals(
        printed + "more\n", run(version, "bash lies.sh; sleep 0.1; echo more").exits(0).out());
  }

  @LatestVersion
  void aMissingCommandIsReportedAsOnHeroku(String version) throws Exception {
    assertEquals(
        "/bin/bash: line 1: yolo: command not found\n",
        run(version, "-x", "yolo").exits(127).out());
  }

  @LatestVersion
  void inputIsEchoedByTheTerminalUnlessThereIsNone(String version) throws Exception {
    byte[] lines = "line1\nline2 \u6f22\n".getBytes(UTF_8);
    assertEquals(
        "line1\nline2 \u6f22\nline1\nline2 \u6f22\n",
        sorted(run(version, lines, "cat").exits(0).out()));
    assertEquals("line1\nline2 \u6f22\n", run(version, lines, "--no-tty", "cat").exits(0).out());
    assertEquals(
        "no end", run(version, "no end".getBytes(UTF_8), "--no-tty", "cat").exits(0).out());
  }

  /** Echo and output of a terminal may come in turns: here as all of one, then all of the other. */
  private static String sorted(String out) {
    return out.lines().filter("line1"::equals).count() == 2
            && out.lines().filter("line2 \u6f22"::equals).count() == 2
            && out.lines().count() == 4
        ? "line1\nline2 \u6f22\nline1\nline2 \u6f22\n"
        : out;
  }

  @EachVersion
  void muchInputArrivesAndComesBackUnchanged(String version) throws Exception {
    byte[] some = text(1_200_000);
    assertEquals(new String(some, UTF_8), run(version, some, "--no-tty", "cat").exits(0).out());
    byte[] more = text(10_000_000);
    assertEquals(
        sha256(more) + "  -\n", run(version, more, "--no-tty", "sha256sum").exits(0).out());
  }

  @LatestVersion
  void whatIsNotReadIsNoError(String version) throws Exception {
    byte[] much = text(3_000_000);
    assertEquals(
        new String(much, 0, 5, UTF_8), run(version, much, "--no-tty", "head -c 5").exits(0).out());
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aHundredMegabytesOfOutputAreComplete() throws Exception {
    Result result = run("v11", "--no-tty", "seq 1 12500000").exits(0);
    byte[] expected =
        IntStream.rangeClosed(1, 12_500_000)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining("\n", "", "\n"))
            .getBytes(UTF_8);
    assertEquals(expected.length, result.bytes().length);
    assertEquals(sha256(expected), sha256(result.bytes()));
  }

  private static byte[] text(int size) {
    long seed = Long.getLong("seed", 7);
    byte[] text = new byte[size];
    var random = new Random(seed);
    for (int i = 0; i < size; i++) {
      text[i] = (byte) (i % 61 == 60 ? '\n' : ' ' + random.nextInt(95));
    }
    text[size - 1] = '\n';
    return text;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @LatestVersion
  void wordsKeepTheirSpaces(String version) throws Exception {
    Result result =
        run(version, "--", "bash", "-c", "echo \"a  b\"; printf '[%s]' \"$0\" \"$1\"", "x", "y z");
    // The client puts the script in double quotes, so the dyno's own shell expands $0 and $1.
    assertEquals("a  b\n[/bin/bash][]", result.exits(0).out());
    assertEquals("[y  z]", run(version, "--", "printf", "[%s]", "y  z").exits(0).out());
  }

  @LatestVersion
  void theFirstWordMayNameAProcessType(String version) throws Exception {
    assertEquals("worker says 42\n", run(version, "worker", "42").exits(0).out());
    assertEquals("worker says\n", run(version, "-x", "worker").exits(0).out());
    assertEquals("hello from the slug\n", run(version, "cat hello.txt").exits(0).out());
  }

  @LatestVersion
  void optionsReachTheDyno(String version) throws Exception {
    assertEquals(
        "worker 1 b c xterm\n",
        run(
                version,
                "--type",
                "worker",
                "--size",
                "standard-2x",
                "--env",
                "A=1;B=b c",
                "echo ${DYNO%.*} $A $B $TERM")
            .exits(0)
            .out());
    Result wrong = run(version, "--size", "nonsense", "echo x").exits(2);
    assertTrue(
        wrong.said().contains("No such size as nonsense. Available dyno sizes are Eco, Basic,"),
        wrong.said());
    assertTrue(wrong.said().endsWith("Error ID: invalid_params"), wrong.said());
    Result unknown = node.client(version).run("run", "-a", "nosuchapp", "true").exits(2);
    assertTrue(
        unknown.said().endsWith("Error: Couldn't find that app. Error ID: not_found"),
        unknown.said());
  }

  /** A command that is over before the client has sent the end of its input. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void quickCommandsLoseNoRace() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertEquals("hi\n", run("v10", "echo hi").exits(0).out());
    }
  }
}
