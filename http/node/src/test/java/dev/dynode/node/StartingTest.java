package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.cli.Programs;
import dev.dynode.store.DataFolder;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes that do not come to serve: what they say, and that nothing of them is left. */
@Tag("process")
class StartingTest {
  @TempDir private Path data = Path.of("");

  private static List<String> server(Path data, String... options) {
    List<String> command = new ArrayList<>(NodeProgram.server());
    command.addAll(List.of("--data", data.toString(), "--transient"));
    for (String port : List.of("--api-port", "--rendezvous-port", "--router-port")) {
      if (!List.of(options).contains(port)) {
        command.addAll(List.of(port, "0"));
      }
    }
    command.addAll(List.of(options));
    return command;
  }

  /** Of every keeper that says where it is. */
  private List<Long> keepers() throws IOException {
    Path places = data.resolve("keeper");
    List<Long> pids = new ArrayList<>();
    if (Files.isDirectory(places)) {
      try (Stream<Path> files = Files.walk(places, 2)) {
        for (Path file : (Iterable<Path>) files.filter(f -> f.endsWith("pid"))::iterator) {
          pids.add(Long.parseLong(Files.readString(file).strip()));
        }
      }
    }
    pids.removeIf(pid -> ProcessHandle.of(pid).isEmpty());
    return pids;
  }

  private String waitsFor() {
    try {
      return Files.readString(data.resolve(DataFolder.STARTING))
          .replaceAll(".*\"for\":\"|\".*", "");
    } catch (IOException notYet) {
      return "";
    }
  }

  @Test
  void aNodeThatIsStoppedWhileItStartsLeavesNoKeeper() throws Exception {
    Path out = data.resolveSibling(data.getFileName() + ".out");
    Process node =
        new ProcessBuilder(server(data))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    Set<String> phases = new LinkedHashSet<>();
    while (!phases.contains("its journal") && node.isAlive()) {
      phases.add(waitsFor());
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertTrue(phases.contains("the keeper of its dynos"), phases + Files.readString(out));
    List<Long> keepers = keepers();
    assertEquals(1, keepers.size());
    node.destroy();
    assertTrue(node.waitFor(60, TimeUnit.SECONDS), Files.readString(out));
    NodeProcess.eventually("the keeper has ended", () -> keepers().isEmpty());
    assertFalse(Files.exists(data.resolve(DataFolder.STARTING)));
    assertFalse(Files.readString(out).contains("\tat "), Files.readString(out));
    Files.delete(out);
  }

  @Test
  void aTransientNodeThatNobodyUsesStops() throws Exception {
    Path config = data.resolveSibling(data.getFileName() + ".conf");
    Path out = data.resolveSibling(data.getFileName() + ".out");
    Files.writeString(config, "dynode.node.transient-idle = 1 s");
    Process node =
        new ProcessBuilder(server(data, "--config", config.toString()))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertTrue(node.waitFor(3, TimeUnit.MINUTES), Files.readString(out));
    assertEquals(0, node.exitValue(), Files.readString(out));
    assertTrue(Files.readString(out).contains("Dynode ready: "), Files.readString(out));
    Files.delete(config);
    Files.delete(out);
  }

  @Test
  void aPortInUseIsToldByItsOptionAndByWhoHasIt() throws Exception {
    try (var taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      String expected =
          "%s %d cannot be opened: it is in use by process %d (%s). Stop that, or give another --%s.";
      String comm = Files.readString(Path.of("/proc/self/comm")).strip();
      long self = ProcessHandle.current().pid();
      Programs.Result result =
          Programs.run(server(data, "--api-port", String.valueOf(port)), Map.of(), new byte[0]);
      assertEquals(1, result.exit(), result.err());
      assertEquals(
          "Error: " + expected.formatted("api-port", port, self, comm, "api-port"),
          result.err().lines().toList().getLast());
      NodeProcess.eventually("the keeper has ended", () -> keepers().isEmpty());
      IOException other =
          assertThrows(
              IOException.class,
              () ->
                  Ports.open(
                      "health-port",
                      "127.0.0.1",
                      port,
                      () -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress())));
      assertEquals(
          expected.formatted("health-port", port, self, comm, "health-port"), other.getMessage());
    }
    var elsewhere =
        InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}); // for documentation: nobody's
    IOException address =
        assertThrows(
            IOException.class,
            () ->
                Ports.open("router-port", "127.0.0.1", 0, () -> new ServerSocket(0, 1, elsewhere)));
    assertTrue(String.valueOf(address.getMessage()).contains("Cannot assign requested address"));
    assertFalse(String.valueOf(address.getMessage()).contains("java."), address.getMessage());
    assertThrows(
        FileNotFoundException.class,
        () -> Ports.open("router-port", "127.0.0.1", 0, () -> new FileInputStream("/nowhere")),
        "any other failure is not the port's");
  }
}
