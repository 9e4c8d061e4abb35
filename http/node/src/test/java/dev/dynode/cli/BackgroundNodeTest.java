package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.failure.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launcher of the test's own stands where bin/dynode does and announces the test's node. */
@Tag("cli")
class BackgroundNodeTest {
  @TempDir private Path folder = Path.of("");

  private Programs.Result run(String launcher, String command) throws Exception {
    return run(launcher, command, Map.of());
  }

  private Programs.Result run(String launcher, String command, Map<String, String> more)
      throws Exception {
    List<String> words = new ArrayList<>(Programs.dynode("run", "-a", "demo", command));
    words.add(1, "-Ddynode.launcher=" + launcher);
    Map<String, String> environment = new HashMap<>(more);
    environment.put("DYNODE_DATA", folder.resolve("data").toString());
    return Programs.run(words, environment, new byte[0]);
  }

  private String launcher(String text) throws IOException {
    Path file = folder.resolve("launcher");
    Files.writeString(file, "#!/bin/bash\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file.toString();
  }

  @Test
  void twoRunsStartOneNodeAndLeaveNone() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Path keep = Files.writeString(folder.resolve("keep"), "");
      Path count = folder.resolve("count");
      String launcher =
          launcher(
              "echo \"$$ $*\" >>'"
                  + count
                  + "'; cd '"
                  + folder.resolve("data")
                  + "'\n"
                  + "cp "
                  + Words.quote(node.data.toString())
                  + "/credentials .\n"
                  + "cp "
                  + Words.quote(node.data.toString())
                  + "/node.json new\n"
                  + "mv new node.json; trap 'exit 0' TERM\n"
                  + "while [ -e '"
                  + keep
                  + "' ]; do sleep 0.05; done; rm node.json");
      // Each ends when both are attached: so both have found a node while it ran.
      String meet =
          "mktemp "
              + folder
              + "/met.XXXXXX; while [ $(ls "
              + folder
              + " | grep -c met.) -lt 2 ]; do sleep 0.05; done; rm -f "
              + keep;
      Callable<Programs.Result> run = () -> run(launcher, meet);
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Programs.Result> each : threads.invokeAll(List.of(run, run))) {
          assertEquals(0, each.get().exit(), each.get().err());
        }
      }
      List<String> started = Files.readAllLines(count);
      assertEquals(1, started.size(), started.toString());
      List<String> words = List.of(started.getFirst().split(" ", -1));
      assertTrue(started.getFirst().contains(" server --transient --data "), started.toString());
      assertTrue(started.getFirst().endsWith("--router-port 0"), started.toString());
      assertFalse(
          ProcessHandle.of(Long.parseLong(words.getFirst())).isPresent(), "waited for its end");
    }
  }

  @Test
  void whatANodeWarnsOfIsToldWhereItsUserLooks() throws Exception {
    String log =
        """
        2026-11-27T10:00:00.000Z INFO  d.dynode.node.Node nothing to see
        2026-11-27T10:00:00.001Z WARN  d.d.runtime.LocalRuntime DYNOS ARE NOT ISOLATED: é.
        2026-11-27T10:00:00.002Z WARN  d.d.runtime.LocalRuntime DYNOS ARE NOT ISOLATED: é.
        2026-11-27T10:00:00.003Z WARN  o.a.pekko.Something what a library says
        2026-11-27T10:00:00.004Z ERROR dev.dynode.any.Thing of a kind nobody has thought of
        java.io.IOException: and its trace
        \tat some.where(Else.java:1)""";
    Programs.Result result = run(launcher("cat <<'E'\n" + log + "\nE\nexit 3"), "true");
    assertEquals(1, result.exit());
    List<String> told = result.err().lines().toList();
    assertEquals("Starting a node...", told.getFirst());
    assertEquals(
        List.of("WARNING: DYNOS ARE NOT ISOLATED: é.", "WARNING: of a kind nobody has thought of"),
        told.stream().filter(line -> line.startsWith("WARNING")).toList());
  }

  @Test
  void aNodeThatDoesNotGetReadyIsGivenUpWithARemedyAndEnded() throws Exception {
    String launcher =
        launcher(
            "cd '"
                + folder.resolve("data")
                + "'; echo $$ >pid\n"
                + "echo '{\"pid\":'$$',\"for\":\"its journal\"}' >node.starting\n"
                + "trap 'echo undone >undone; exit 0' TERM\n"
                + "while :; do sleep 0.05; done");
    Programs.Result result = run(launcher, "true", Map.of("DYNODE_START_WITHIN", "3s"));
    assertEquals(1, result.exit());
    assertTrue(
        result
            .err()
            .contains(
                "The node was not ready within 3 s: it was still waiting for its journal. Give it"
                    + " longer, such as DYNODE_START_WITHIN=10m"),
        result.err());
    long pid = Long.parseLong(Files.readString(folder.resolve("data/pid")).strip());
    assertFalse(ProcessHandle.of(pid).isPresent(), "ended");
    assertTrue(Files.exists(folder.resolve("data/undone")), "and was let undo what it had begun");
    Programs.Result wrong = run(launcher, "true", Map.of("DYNODE_START_WITHIN", "soon"));
    assertTrue(wrong.err().contains("start-within must be a time with its unit"), wrong.err());
  }

  @Test
  void aNodeThatSomebodyElseHasStartedIsWaitedFor() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Path address = node.data.resolve(NodeAddress.FILE);
      Path later = Files.move(address, folder.resolve("later"));
      Path starting = node.data.resolve("node.starting");
      Files.writeString(
          starting, "{\"pid\":" + ProcessHandle.current().pid() + ",\"for\":\"its ports\"}");
      List<String> words = new ArrayList<>(Programs.dynode("run", "-a", "demo", "echo hi"));
      words.add(1, "-Ddynode.launcher=" + launcher("touch '" + folder + "/second'; exit 1"));
      ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
      Programs.environment(builder, node.environment());
      Process run = builder.start();
      String told = "";
      var out = run.inputReader();
      while (!told.contains("waiting for its ports")) {
        told += out.readLine() + "\n";
      }
      Files.move(later, address);
      Files.delete(starting);
      told += String.join("\n", out.lines().toList());
      assertEquals(0, run.waitFor(), told);
      assertTrue(told.contains("first hi"), told);
      assertFalse(Files.exists(folder.resolve("second")), told);
    }
  }

  @Test
  void aNodeThatDiesWithASentenceShowsThatAlone() throws Exception {
    Programs.Result result =
        run(launcher("echo noise; echo 'Error: The disk is full.'; exit 1"), "true");
    assertEquals(
        "Error: The node stopped before it was ready: The disk is full. Its log: "
            + folder.resolve("data/node.log"),
        result.err().lines().toList().getLast());
    assertFalse(result.err().contains("noise"), result.err());
  }

  @Test
  void aNodeThatDiesShowsTheEndOfItsLog() throws Exception {
    Programs.Result result = run(launcher("echo the reason; exit 3"), "true");
    assertEquals(1, result.exit());
    assertTrue(result.err().contains("stopped before it was ready"), result.err());
    assertTrue(result.err().endsWith("the reason\n"), result.err());
  }
}
