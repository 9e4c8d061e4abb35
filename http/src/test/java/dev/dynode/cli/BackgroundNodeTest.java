package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launcher of the test's own stands where bin/dynode does and announces the test's node. */
class BackgroundNodeTest {
  @TempDir private Path folder = Path.of("");

  private Programs.Result run(String launcher, String command) throws Exception {
    List<String> words = new ArrayList<>(Programs.dynode("run", "-a", "demo", command));
    words.add(1, "-Ddynode.launcher=" + launcher);
    return Programs.run(
        words, Map.of("DYNODE_DATA", folder.resolve("data").toString()), new byte[0]);
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
  void aNodeThatDiesShowsTheEndOfItsLog() throws Exception {
    Programs.Result result = run(launcher("echo the reason; exit 3"), "true");
    assertEquals(1, result.exit());
    assertTrue(result.err().contains("stopped before it was ready"), result.err());
    assertTrue(result.err().endsWith("the reason\n"), result.err());
  }
}
