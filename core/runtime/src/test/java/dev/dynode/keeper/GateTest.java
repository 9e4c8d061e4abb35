package dev.dynode.keeper;

import static dev.dynode.runtime.Launches.descriptors;
import static dev.dynode.runtime.Launches.eventually;
import static dev.dynode.runtime.Launches.marked;
import static dev.dynode.runtime.Launches.output;
import static dev.dynode.runtime.Launches.pipes;
import static dev.dynode.runtime.Launches.status;
import static dev.dynode.runtime.Launches.terminal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.Recovery;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.runtime.Launches;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Boxes that are made before their clients come: no program runs unless it is started. */
@Timeout(600)
@Isolated("counts the descriptors of this process")
@Tag("process")
class GateTest {
  private static final int MANY = 10;
  private static final String SCRIPT = "touch /tmp/ran; echo $((6 * 7)); exit 3";

  @TempDir private Path data;

  @SuppressWarnings("NullAway.Init") // before each test
  private LocalRuntime runtime;

  /** A life of the node, and what it finds. */
  @BeforeEach
  void open() throws IOException {
    runtime = new LocalRuntime(data, Launches.settings(Choice.SANDBOX));
    assertEquals(new Recovery(List.of(), Set.of(), Map.of()), runtime.recover());
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  /** Returns once a box that was begun later has run to its end. */
  private Launch ready(Launch launch) throws IOException {
    runtime.prepare(launch, () -> {});
    assertTrue(marked(launch.dyno().toString()), "there is no box");
    RunningProcess later = runtime.start(pipes("exit 0"));
    assertEquals(0, status(later));
    later.close();
    runtime.discard(later.dyno());
    return launch;
  }

  private boolean ran(Launch launch) {
    return Files.exists(data.resolve("dynos/" + launch.dyno() + "/tmp/ran"));
  }

  private void gone(Launch launch) throws Exception {
    eventually("its box is gone", () -> !marked(launch.dyno().toString()));
    assertFalse(ran(launch), "it ran");
  }

  @Test
  void aProgramRunsOnceItIsStarted() throws Exception {
    for (Launch launch : List.of(terminal(SCRIPT), pipes(SCRIPT))) {
      ready(launch);
      runtime.prepare(launch, () -> {});
      assertFalse(ran(launch), "it ran");
      RunningProcess process = runtime.start(launch);
      assertEquals("42", output(process).strip());
      assertEquals(3, status(process));
      assertTrue(ran(launch));
    }
  }

  @Test
  void whatNobodyStartsEndsWithItsDyno() throws Exception {
    int before = descriptors();
    Launch launch = ready(terminal(SCRIPT));
    runtime.discard(launch.dyno());
    gone(launch);
    assertEquals(before, descriptors());
  }

  @Test
  void aLaterLaunchOfItsDynoDoesNotRunInItsBox() throws Exception {
    Launch first = ready(terminal("touch /tmp/ran"));
    Launch second =
        new Launch(
            first.app(),
            first.dyno(),
            2,
            first.slug(),
            "[ -e /tmp/ran ] || echo second",
            first.environment(),
            first.terminal(),
            true,
            first.size());
    RunningProcess process = runtime.start(second);
    assertEquals("second", output(process).strip());
    assertEquals(2, process.generation());
  }

  /** A node that was killed looks so to its keeper, too. */
  @Test
  void theNextLifeOfTheNodeKnowsNothingOfIt() throws Exception {
    Launch launch = ready(terminal(SCRIPT));
    runtime.leave();
    gone(launch);
    open();
    assertFalse(Files.exists(data.resolve("dynos/" + launch.dyno())), "its files are left");
    assertEquals(3, status(runtime.start(launch)));
  }

  @Test
  void whatWaitedForAKilledKeeperNeverRuns() throws Exception {
    List<Launch> launches = Stream.generate(() -> terminal(SCRIPT)).limit(MANY).toList();
    for (Launch launch : launches) {
      ready(launch);
    }
    Libc.kill(Launches.keeper(data), Signal.KILL.number());
    for (Launch launch : launches) {
      gone(launch);
    }
    RunningProcess process = runtime.start(launches.getFirst());
    assertEquals("42", output(process).strip(), "by another keeper");
    runtime.discard(process.dyno());
    runtime.leave();
    open();
  }

  /** Its box was killed with all others; it was not started yet, so nothing is lost. */
  @Test
  void aLeaseThatEndedMeanwhileCostsTimeOnly() throws Exception {
    Launch launch = ready(terminal(SCRIPT));
    runtime.keepFor(Duration.ofMillis(1));
    gone(launch);
    runtime.keepFor(Duration.ofMinutes(5));
    RunningProcess process = runtime.start(launch);
    assertEquals("42", output(process).strip());
    assertEquals(3, status(process));
  }
}
