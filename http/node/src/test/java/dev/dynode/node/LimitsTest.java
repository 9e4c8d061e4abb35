package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a dyno that takes too much reads in its app's log, and how its story ends. */
@Timeout(600)
@Tag("process")
class LimitsTest {
  @TempDir private static Path folder;
  private static NodeProcess node;

  @BeforeAll
  static void start() throws Exception {
    node =
        NodeProcess.start(
            folder.resolve("data"),
            "dynode.host.sample-every = 100 ms",
            "dynode.runtime.limits.disk = 20 MiB",
            "dynode.runtime.limits.disk-every = 100 ms");
    node.post("/apps", "{\"name\": \"demo\"}");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  private static String run(String command) throws Exception {
    return node.post("/apps/demo/dynos", "{\"attach\": false, \"command\": \"" + command + "\"}")
        .path("name")
        .asText();
  }

  private static List<String> told(String dyno) throws Exception {
    return node.logLines("demo").stream()
        .filter(line -> line.startsWith("heroku[" + dyno + "]: "))
        .map(line -> line.substring(line.indexOf(": ") + 2))
        .toList();
  }

  private static JsonNode ended(String dyno) throws Exception {
    eventually(
        dyno + " ends",
        () ->
            node.json("GET", "/apps/demo/dynos/" + dyno, null)
                .path("state")
                .asText()
                .equals("complete"));
    return node.json("GET", "/apps/demo/dynos/" + dyno, null);
  }

  @Test
  void memoryAboveTheQuotaIsToldAndFarAboveItKills() throws Exception {
    String dyno =
        run(
            "head -c 600M /dev/zero | tail | sleep 3 & sleep 4; head -c 1200M /dev/zero | tail | sleep 1000");
    assertEquals(137, ended(dyno).path("exit_status").asInt());
    List<String> lines = told(dyno);
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.matches("Process running mem=\\d+M\\(1\\d\\d\\.\\d%\\)")),
        lines.toString());
    int exceeded = lines.indexOf("Error R14 (Memory quota exceeded)");
    int vastly = lines.indexOf("Error R15 (Memory quota vastly exceeded)");
    assertTrue(exceeded > 0 && vastly > exceeded, lines.toString());
    assertEquals(
        List.of(
            "Stopping process with SIGKILL",
            "Process exited with status 137",
            "State changed from up to complete"),
        lines.subList(vastly + 1, lines.size()));
    String events = node.events("demo", dyno).toString();
    assertTrue(events.contains("MemoryExceeded") && events.contains("QuotaExceeded"), events);
  }

  @Test
  void whatTheKernelKillsIsToldAsSuch() throws Exception {
    String dyno = run("exec perl -e '$x = chr(65) x (2000 << 20); sleep 1000'");
    assertEquals(137, ended(dyno).path("exit_status").asInt());
    assertTrue(
        told(dyno).contains("Error R15 (Memory quota vastly exceeded)"), told(dyno).toString());
    assertTrue(node.events("demo", dyno).toString().contains("QuotaExceeded"));
  }

  @Test
  void tooMuchOnDiskIsTheEnd() throws Exception {
    String dyno = run("for i in 1 2 3; do head -c 10M /dev/zero > f$i; done; sleep 1000");
    assertEquals(137, ended(dyno).path("exit_status").asInt());
    assertTrue(told(dyno).contains("Error (Disk quota exceeded)"), told(dyno).toString());
  }

  @Test
  void aHostTellsOfHowManyDynosFilesAreLeft() throws Exception {
    JsonNode host = node.json("GET", "/hosts", null).get(0);
    assertEquals(0, host.path("files_left").asInt(-1), host::toString);
  }

  @Test
  void refusedProcessesAreTold() throws Exception {
    String dyno =
        run(
            "exec perl -e 'for (1 .. 1000) { my $p = fork; last unless defined $p;"
                + " exec qw(sleep 1000) unless $p } sleep 1000'");
    eventually(
        "it is told",
        () ->
            told(dyno).stream()
                .anyMatch(line -> line.startsWith("Error (Process limit reached) -> ")));
    node.post("/apps/demo/dynos/" + dyno + "/actions/stop", "{}");
    ended(dyno);
  }
}
