package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node keeps is read by nobody but its user, whatever the data folder was before. */
@Timeout(600)
@Tag("process")
class DataAtRestTest {
  @TempDir private Path folder;

  @Test
  void anotherUserReadsNothingOfADataFolderThatWasOpen() throws Exception {
    assumeTrue(run("setpriv", "--reuid", "65534", "true").isEmpty(), "only root can be another");
    open(folder);
    Path data = Files.createDirectory(folder.resolve("data"));
    Path journal = Files.createDirectory(data.resolve("journal"));
    Path old = Files.writeString(data.resolve("old"), "CANARY");
    open(data);
    open(journal);
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-rw-rw-"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), data);
    Path outside = Files.writeString(folder.resolve("outside"), "not the node's");
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rw-r--r--"));
    Files.createSymbolicLink(data.resolve("to-outside"), outside);
    try (NodeProcess node = NodeProcess.start(link)) {
      assertTrue(
          node.log().contains("was open to other users of this machine (3 files"), node.log());
      node.post("/apps", "{\"name\": \"demo\"}");
      node.json("PATCH", "/apps/demo/config-vars", "{\"SECRET\": \"CANARY\"}");
      String dyno =
          node.post("/apps/demo/dynos", "{\"command\": \"echo CANARY; echo CANARY >f; sleep 60\"}")
              .path("name")
              .asText();
      eventually(
          "it runs",
          () -> node.get("/apps/demo/dynos/" + dyno).path("state").asText().equals("up"));
      eventually("it is in the log", () -> node.logLines("demo").toString().contains(": CANARY"));
      assertEquals(
          "",
          run(
              "setpriv",
              "--reuid",
              "65534",
              "--regid",
              "65534",
              "--clear-groups",
              "grep",
              "-rhas",
              "CANARY",
              data.toString()));
      assertEquals(List.of(), openTo(data));
      assertEquals("rw-r--r--", modes(outside), "what a link leads to is not the node's");
    }
    Files.delete(link);
    try (NodeProcess node = NodeProcess.start(data)) {
      assertEquals(
          node.log().indexOf("was open to other users"),
          node.log().lastIndexOf("was open to other users"),
          "nothing had to be mended again");
    }
  }

  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String modes(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  /** All but what dynos make of their own files. */
  private static List<String> openTo(Path data) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (!Files.isSymbolicLink(path)
            && !path.startsWith(data.resolve("dynos"))
            && !path.startsWith(data.resolve("keeper"))
            && !modes(path).endsWith("------")) {
          found.add(path + " " + modes(path));
        }
      }
    }
    return found;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    assertFalse(said.contains("unrecognized"), said);
    return said;
  }
}
