package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node and {@code dynode verify} on a journal of which a file is missing. */
@Timeout(600)
@Tag("process")
class JournalLossTest {
  @TempDir private Path folder;

  @Test
  void neitherNodeNorVerifyTakesAJournalWithoutItsLogForSound() throws Exception {
    Path data = folder.resolve("data");
    try (NodeProcess node = NodeProcess.start(data)) {
      node.post("/apps", "{\"name\": \"demo\"}");
    }
    Path journal = data.resolve("journal");
    Path copy = folder.resolve("copy");
    new ProcessBuilder("cp", "-r", journal.toString(), copy.toString()).start().waitFor();
    assertEquals(0, verify(copy, "nothing diverges"));
    List<Path> logs;
    try (Stream<Path> files = Files.list(journal)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).toList();
    }
    for (Path log : logs) {
      Files.delete(log);
    }
    assertEquals(3, verify(data, "is damaged"));
    refuses(data, "is damaged");
    for (Path log : logs) { // put back, it is whole
      Files.copy(copy.resolve(log.getFileName()), log);
    }
    try (NodeProcess node = NodeProcess.start(data)) {
      node.get("/apps/demo");
    }
    new ProcessBuilder("rm", "-r", journal.toString()).start().waitFor();
    refuses(data, "it is gone: restore it from a backup");
    assertEquals(3, verify(data, "is gone"));
  }

  private static void refuses(Path data, String why) throws Exception {
    var refusal = assertThrows(IOException.class, () -> NodeProcess.start(data).close());
    assertTrue(String.valueOf(refusal.getMessage()).contains(why), refusal.getMessage());
  }

  private static int verify(Path journal, String says) throws Exception {
    List<String> command = new ArrayList<>(NodeProgram.server());
    command.removeLast();
    command.addAll(List.of("verify", "--journal", journal.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(said.contains(says), said);
    return process.waitFor();
  }
}
