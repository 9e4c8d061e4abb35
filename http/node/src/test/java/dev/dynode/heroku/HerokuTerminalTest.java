package dev.dynode.heroku;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Interactive sessions: the clients on a real terminal of 99 x 33, and somebody typing. */
@Timeout(600)
@Tag("cli")
class HerokuTerminalTest {
  private static final String PROMPT = "[#$] $";
  private static final String CONTROL_C = "\u0003";

  @TempDir private static Path folder;
  private static HerokuNode node;
  private static LocalRuntime terminals;

  @BeforeAll
  @Timeout(1500)
  static void start() throws Exception {
    node = new HerokuNode(folder);
    terminals =
        new LocalRuntime(
            folder.resolve("terminals"),
            RuntimeSettings.from(
                ConfigFactory.parseString(
                        "dynode.runtime { isolation = plain, plain.user = -1 }") // our own programs
                    .withFallback(ConfigFactory.load())));
  }

  @AfterAll
  static void stop() {
    terminals.close();
    node.close();
  }

  private static RunningProcess open(HerokuCli client, List<String> command) throws Exception {
    String script =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" ", "exec ", ""));
    return terminals.start(
        new Launch(
            new AppId(new UUID(1, 1)),
            new DynoId(UUID.randomUUID()),
            1,
            new SlugTree(null),
            script,
            client.environment(),
            new WindowSize(99, 33),
            true,
            DynoSize.ALL.getLast()));
  }

  /** A session up to its end with {@code exit 3}. */
  private static void drive(Screen screen) throws Exception {
    screen.await(PROMPT);
    screen.type("echo $((6*7))\r");
    screen.await("[\r\n]42\r\n.*" + PROMPT);
    screen.type("stty size; tty; echo $TERM $COLUMNS $LINES\r");
    screen.await("[\r\n]33 99\r\n/dev/(?:console|pts/[0-9]+)\r\nxterm 99 33\r\n.*" + PROMPT);
    screen.type("sh -c 'echo be\"\"gin; exec sleep 1000'\r"); // told by who is in the foreground
    screen.await("[\r\n]begin\r\n");
    screen.type(CONTROL_C);
    screen.await("\\^C.*" + PROMPT);
    screen.type("echo $?\r");
    screen.await("[\r\n]130\r\n.*" + PROMPT);
  }

  @EachVersion
  void aShellAsOnHeroku(String version) throws Exception {
    HerokuCli heroku = node.client(version);
    try (var session = Session.of(open(heroku, heroku.command("run", "bash", "-a", version)))) {
      drive(session.screen());
      session.screen().type("exit 3\r");
      assertEquals(0, session.screen().exit(), "without -x the client does not tell");
    }
    eventuallyNoDyno(version);
  }

  @EachVersion
  void itsStatusWithTheOption(String version) throws Exception {
    HerokuCli heroku = node.client(version);
    try (var session =
        Session.of(open(heroku, heroku.command("run", "-x", "-a", version, "bash")))) {
      session.screen().await(PROMPT);
      session.screen().type("exit 3\r");
      assertEquals(3, session.screen().exit());
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void ourOwnCommandTellsTheStatusAndFollowsTheWindow() throws Exception {
    node.process().post("/apps", "{\"name\": \"own\"}");
    List<String> command = new ArrayList<>(HerokuCli.dynode("run", "-a", "own"));
    command.addAll(List.of("--data", node.process().data().toString(), "--", "bash"));
    try (var session = Session.of(open(node.client("v11"), command))) {
      Screen screen = session.screen();
      drive(screen);
      screen.resize(120, 40);
      eventually(
          "the dyno's window has the new size",
          () -> {
            screen.type("stty size\r");
            return screen.await("[\r\n][0-9]+ [0-9]+\r\n.*" + PROMPT).contains("40 120\r");
          });
      screen.type("exit 3\r");
      assertEquals(3, screen.exit());
    }
    eventuallyNoDyno("own");
  }

  /** The client is closed with its terminal: the dyno's programs are hung up on. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void closingTheWindowEndsTheDyno() throws Exception {
    HerokuCli heroku = node.client("v11");
    heroku.run("apps:create", "window").exits(0);
    try (var session = Session.of(open(heroku, heroku.command("run", "bash", "-a", "window")))) {
      session.screen().await(PROMPT);
    }
    eventuallyNoDyno("window");
    List<String> lines = node.process().logLines("window");
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("Process exited with status 129")),
        "" + lines);
  }

  private static void eventuallyNoDyno(String app) throws Exception {
    eventually("no dyno of " + app, () -> node.process().get("/apps/" + app + "/dynos").isEmpty());
  }

  /** A client on a terminal, closed with it. */
  private record Session(RunningProcess process, Screen screen) implements AutoCloseable {
    static Session of(RunningProcess process) {
      return new Session(process, new Screen(process));
    }

    @Override
    public void close() throws java.io.IOException {
      process.close();
      terminals.discard(process.dyno());
    }
  }
}
