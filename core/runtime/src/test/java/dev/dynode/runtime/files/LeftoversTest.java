package dev.dynode.runtime.files;

import static dev.dynode.runtime.Launches.eventually;
import static dev.dynode.runtime.Launches.pipes;
import static dev.dynode.runtime.Launches.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.runtime.Launches;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One dyno's files never stop a host. */
@Timeout(600)
@Tag("process")
class LeftoversTest {
  private static final RuntimeSettings SETTINGS =
      Launches.settings(Choice.PLAIN, Map.of("dynode.runtime.remove-again", "50 ms"));

  @TempDir private Path data;

  @AfterEach
  void clean() throws Exception {
    if (Files.exists(data.resolve("dynos"))) {
      lock(false);
    }
    Launches.clean(data);
  }

  /** Keeps everybody, root included, from removing a dyno's folder. */
  private void lock(boolean on) throws Exception {
    Path dynos = data.resolve("dynos").toRealPath();
    if (Libc.user() == 0) {
      var process = new ProcessBuilder("chattr", on ? "+i" : "-i", dynos.toString());
      assertEquals(0, process.inheritIO().start().waitFor());
    } else {
      Files.setPosixFilePermissions(
          dynos, PosixFilePermissions.fromString(on ? "r-x------" : "rwx------"));
    }
  }

  private Launch ended(LocalRuntime runtime) throws IOException {
    Launch launch = pipes("exit 3");
    assertEquals(3, status(runtime.start(launch)));
    return launch;
  }

  @Test
  void whatCannotBeRemovedIsCountedAndTriedAgain() throws Exception {
    Launch launch;
    try (var runtime = new LocalRuntime(data, SETTINGS)) {
      runtime.recover();
      launch = ended(runtime);
      lock(true);
      runtime.discard(launch.dyno());
      assertEquals(1, runtime.filesLeft());
    }
    try (var next = new LocalRuntime(data, SETTINGS)) {
      assertEquals(Set.of(), next.recover().ended(), "its record went first");
      assertEquals(1, next.filesLeft());
      lock(false);
      eventually("it is removed", () -> next.filesLeft() == 0);
      assertTrue(Files.notExists(data.resolve("dynos/" + launch.dyno())));
    }
  }

  @Test
  void whatIsWrittenOfOneDynoInVainStopsNoHost() throws Exception {
    Launch kept = pipes("sleep 1000");
    var runtime = new LocalRuntime(data, SETTINGS);
    runtime.recover();
    runtime.start(kept);
    Files.writeString(data.resolve("dynos/" + kept.dyno() + "/owner"), "");
    Path other = Files.createDirectories(data.resolve("dynos/" + pipes("").dyno()));
    Files.createDirectories(other.resolve("launch/in"));
    runtime.leave();
    try (var next = new LocalRuntime(data, SETTINGS)) {
      var found = next.recover();
      List<RunningProcess> adopted = found.adopted();
      assertEquals(1, adopted.size());
      assertEquals(Map.of(), found.owners());
      assertEquals(1, found.ended().size());
      assertTrue(Files.notExists(other));
    }
  }
}
