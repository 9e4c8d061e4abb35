package dev.dynode.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node killed with -9 leaves no process of its dyno behind, whatever they do against it. */
@Timeout(60)
class GuardTest {
  @TempDir private Path data;

  /** A node's life, to be killed: prints the ids of its dynos and waits. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      var runtime = new LocalRuntime(Path.of(arguments[0]), Launches.settings());
      for (String script :
          List.of(
              "trap '' HUP INT TERM; echo up; while :; do sleep 1000; done",
              "setsid sleep 1000 & (nohup setsid sleep 1000 >/dev/null 2>&1 &); echo up; sleep 1000",
              "sleep 1000 & kill -STOP $!; echo up; sleep 1000")) {
        RunningProcess process = runtime.start(Launches.terminal(script));
        Launches.until(process, "(?s).*up.*");
        System.out.println(process.dyno());
      }
      System.out.println("ready");
      Thread.sleep(60_000);
    }
  }

  @Test
  void nothingOutlivesAKilledNode() throws Exception {
    Process victim =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> dynos = new ArrayList<>();
    try (BufferedReader lines = victim.inputReader()) {
      for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
        dynos.add(Objects.requireNonNull(line, "the victim ended by itself"));
      }
      assertEquals(3, dynos.size());
      dynos.forEach(dyno -> assertTrue(Launches.marked(dyno), "not running before the kill"));
    } finally {
      victim.destroyForcibly().waitFor();
    }
    for (String dyno : dynos) {
      Launches.eventually(dyno + " is gone", () -> !Launches.marked(dyno));
    }
  }
}
