package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.failure.Words;
import dev.dynode.node.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full-screen program that ends otherwise than by itself, as a real terminal (tmux) shows it. */
@Timeout(600)
@Tag("cli")
class TerminalRestoredTest {
  private static final String FLAGS =
      "#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_flag}#{keypad_cursor_flag}";

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void needsTmux() {
    for (String tool : List.of("tmux", "less")) {
      Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin", tool)), tool + " is missing");
    }
  }

  @AfterEach
  void end() throws Exception {
    tmux("kill-server");
  }

  private String tmux(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-S", folder.resolve("s").toString()));
    command.addAll(List.of("-f", "/dev/null"));
    command.addAll(List.of(words));
    return Programs.run(
            command,
            Map.of("HOME", folder.toString(), "SHELL", "/bin/bash", "HISTFILE", "/dev/null"),
            new byte[0])
        .text()
        .strip();
  }

  private String flags() {
    try {
      return tmux("display-message", "-p", FLAGS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stop", "TERM", "HUP", "^C", "node"})
  void theTerminalIsItselfAgain(String cause) throws Exception {
    try (NodeProcess node = NodeProcess.start(folder.resolve("data"))) {
      node.post("/apps", "{\"name\": \"demo\"}");
      Files.writeString(
          folder.resolve("run.sh"),
          "export DYNODE_DATA="
              + node.data()
              + "\nstty -g >before; bash -c 'echo $$ >pid; exec \"$@\"' x "
              + Programs.dynode(
                      "run",
                      "-a",
                      "demo",
                      "printf '\\033[?25l\\033[?1000h\\033[?1006h'; less /etc/services")
                  .stream()
                  .map(Words::quote)
                  .collect(Collectors.joining(" "))
              + "; stty -g >after; touch done\n");
      tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", folder.toString(), "bash --norc");
      assertEquals("01000", flags());
      tmux("send-keys", "bash run.sh", "Enter");
      Programs.await("less has the screen", () -> flags().equals("10111"));
      end(node, cause);
      Programs.await("the client ends", () -> Files.exists(folder.resolve("done")));
      assertEquals("01000", flags(), tmux("capture-pane", "-p"));
      assertEquals(
          Files.readString(folder.resolve("before")), Files.readString(folder.resolve("after")));
    }
  }

  private void end(NodeProcess node, String cause) throws Exception {
    switch (cause) {
      case "stop" -> {
        JsonNode dyno = node.get("/apps/demo/dynos").path(0);
        node.post("/apps/demo/dynos/" + dyno.path("name").asText() + "/actions/stop", "{}");
      }
      case "^C" -> tmux("send-keys", "C-c", "C-c", "C-c", "C-c");
      case "node" -> node.kill();
      default -> {
        String pid = Files.readString(folder.resolve("pid")).strip();
        Programs.run(List.of("kill", "-" + cause, pid), Map.of(), new byte[0]);
      }
    }
  }
}
