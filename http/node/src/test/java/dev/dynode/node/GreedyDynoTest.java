package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dyno fills the disk of the node, and goes on taking whatever becomes free. */
@Timeout(600)
@Tag("process")
class GreedyDynoTest {
  @TempDir private Path folder;

  @Test
  void whoeverFillsTheDiskCanBeStoppedAndNothingIsLost() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", disk.toString()) == 0,
        "only root can mount a small disk to fill");
    try {
      String greedy;
      try (NodeProcess node = NodeProcess.start(disk.resolve("data"), "dynode.dynos.grace = 2 s")) {
        for (String app : new String[] {"greedy", "refused", "later"}) {
          node.post("/apps", "{\"name\": \"" + app + "\"}");
        }
        node.json("PATCH", "/apps/later/config-vars", "{\"KEPT\": \"value\"}");
        greedy =
            node.post(
                    "/apps/greedy/dynos",
                    "{\"command\": \"while :; do cat /dev/zero >>fill; done 2>/dev/null\"}")
                .path("id")
                .asText();
        eventually("the disk is full", () -> Files.getFileStore(disk).getUsableSpace() < 65_536);
        HttpResponse<String> refused =
            node.call("PATCH", "/apps/refused/config-vars", "{\"A\": \"1\"}");
        assertNotEquals(2, refused.statusCode() / 100, refused.body());
        long began = System.nanoTime();
        HttpResponse<String> stop =
            node.call("POST", "/apps/greedy/dynos/" + greedy + "/actions/stop", null);
        assertEquals(202, stop.statusCode(), stop.body());
        assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(10), "a slow stop");
        String path = "/apps/greedy/dynos/" + greedy;
        eventually("it ends", () -> node.get(path).path("state").asText().equals("complete"));
        eventually("there is room", () -> Files.getFileStore(disk).getUsableSpace() > 80_000_000);
        node.json("PATCH", "/apps/later/config-vars", "{\"MORE\": \"value\"}");
        node.post("/apps", "{\"name\": \"afterwards\"}");
      }
      try (NodeProcess node = NodeProcess.start(disk.resolve("data"))) {
        assertEquals(
            "{\"KEPT\":\"value\",\"MORE\":\"value\"}",
            node.get("/apps/later/config-vars").toString());
        assertTrue(node.events("greedy", greedy).contains("StopRequested"));
        node.get("/apps/afterwards");
      }
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }
}
