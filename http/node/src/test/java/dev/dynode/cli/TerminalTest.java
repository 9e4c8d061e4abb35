package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.failure.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a real pseudo-terminal, made by script(1) of util-linux. */
@EnabledOnOs(OS.LINUX)
@Tag("cli")
class TerminalTest {
  @TempDir private Path folder = Path.of("");

  private String note(String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.exists(file) ? Files.readString(file).strip() : "";
  }

  private boolean noted(String name) {
    return Files.exists(folder.resolve(name)) && folder.resolve(name).toFile().length() > 0;
  }

  private String stty(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("stty", "-F", note("tty")));
    command.addAll(List.of(arguments));
    Programs.Result result = Programs.run(command, Map.of(), new byte[0]);
    assertEquals(0, result.exit(), result.err());
    return result.text().strip();
  }

  /** Runs {@code dynode run} on a new terminal of 91 x 33; its notes lie in the folder. */
  private Process onTerminal(TestNode node, String remote) throws IOException {
    String client =
        String.join(
            " ", Programs.dynode("run", "-a", "demo", remote).stream().map(Words::quote).toList());
    String script =
        "stty cols 91 rows 33; stty -g >before; tty >tty;"
            + " bash -c 'echo $$ >pid; exec \"$@\"' x "
            + client
            + "; echo $? >status.new; stty -g >after; mv status.new status";
    ProcessBuilder builder =
        // What a build in the background starts has signals ignored.
        new ProcessBuilder("env", "--default-signal", "script", "-qec", script, "/dev/null")
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("output").toFile())
            .redirectErrorStream(true);
    Programs.environment(builder, node.environment());
    builder.environment().put("SHELL", "/bin/bash");
    return builder.start();
  }

  @Test
  void keysResizesAndTheTerminalAfterwards() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Process session = onTerminal(node, "head -c 1 | od -An -tx1; exit 7");
      try {
        Programs.await("attached", () -> !node.tokenLines.isEmpty());
        Programs.await("raw", () -> raw());
        JsonNode asked = node.body("POST /apps/demo/dynos");
        assertEquals(91, asked.path("env").path("COLUMNS").asInt());
        assertEquals(33, asked.path("env").path("LINES").asInt());
        assertEquals("xterm", asked.path("env").path("TERM").asText());
        assertTrue(!asked.has("force_no_tty"), asked.toString());
        String resize = "POST /apps/demo/dynos/" + node.tokenLines.getFirst() + "/actions/resize";
        stty("cols", "120", "rows", "40");
        Programs.await("resized", () -> node.requests.contains(resize));
        assertEquals("{\"columns\":120,\"lines\":40}", node.body(resize).toString());
        session.getOutputStream().write(3); // ^C is a byte like any other
        session.getOutputStream().flush();
        Programs.await("ended", () -> noted("status"));
        assertEquals("7", note("status"), note("output"));
        assertTrue(note("output").contains("03"), note("output"));
        assertEquals(note("before"), note("after"));
      } finally {
        end(session);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP", "INT"})
  void signalsLeaveTheTerminalAsItWas(String signal) throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Process session = onTerminal(node, "cat");
      try {
        Programs.await("raw", () -> !node.tokenLines.isEmpty() && raw());
        assertNotEquals(note("before"), stty("-g"));
        Programs.run(List.of("kill", "-" + signal, note("pid")), Map.of(), new byte[0]);
        Programs.await("ended", () -> noted("status"));
        assertEquals(note("before"), note("after"), note("output"));
        Programs.await("hung up", () -> node.requests.contains("end of input"));
      } finally {
        end(session);
      }
    }
  }

  private boolean raw() {
    try {
      return stty("-a").contains("-icanon");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void end(Process session) throws Exception {
    session.getOutputStream().close();
    if (!session.waitFor(5, TimeUnit.SECONDS)) {
      session.descendants().forEach(ProcessHandle::destroyForcibly);
      session.destroyForcibly().waitFor();
    }
  }
}
