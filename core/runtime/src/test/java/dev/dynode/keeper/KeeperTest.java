package dev.dynode.keeper;

import static dev.dynode.runtime.Launches.eventually;
import static dev.dynode.runtime.Launches.launch;
import static dev.dynode.runtime.Launches.marked;
import static dev.dynode.runtime.Launches.output;
import static dev.dynode.runtime.Launches.status;
import static dev.dynode.runtime.Launches.terminal;
import static dev.dynode.runtime.Launches.type;
import static dev.dynode.runtime.Launches.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.runtime.Launches;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import dev.dynode.runtime.files.Removal;
import dev.dynode.runtime.isolation.Isolation;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of dynos when the node, or their keeper, is killed with -9. */
@ParameterizedClass
@EnumSource(names = {"SANDBOX", "PLAIN"})
@Timeout(600)
@Tag("process")
class KeeperTest {
  /** Lines a detached dyno prints: more than a pipe, the keeper and a node hold together. */
  private static final int LINES = 60_000;

  private static final int BUILDS = 10;

  private static final List<String> STUBBORN =
      List.of(
          "trap '' HUP INT TERM; echo up; while :; do sleep 1000; done",
          "setsid sleep 1000 & (nohup setsid sleep 1000 >/dev/null 2>&1 &); echo up; sleep 1000",
          "sleep 1000 & kill -STOP $!; echo up; sleep 1000");

  @TempDir private Path data;
  private final Choice isolation;

  KeeperTest(Choice isolation) {
    this.isolation = isolation;
  }

  @AfterEach
  void clean() throws IOException {
    Launches.clean(data);
  }

  /** A node's life, to be killed: starts dynos, prints their ids and waits. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      Path data = Path.of(arguments[0]);
      var runtime = new LocalRuntime(data, Launches.settings(Choice.valueOf(arguments[1])));
      runtime.recover();
      RunningProcess shell = runtime.start(terminal("echo up; read x; echo got $x; exit 7"));
      until(shell, "(?s).*up.*");
      RunningProcess lines = runtime.start(launch("seq " + LINES, null, false, Map.of(), null));
      byte[] buffer = new byte[1000];
      Files.write(data.resolve("stored"), Arrays.copyOf(buffer, lines.read(buffer)));
      lines.release(lines.position());
      if (lines.read(buffer) <= 0) { // lost with this life
        throw new AssertionError("no more output");
      }
      String wait = "until [ -e ${TMPDIR:-/tmp}/killed ]; do sleep 0.02; done; exit 9";
      RunningProcess last = runtime.start(launch(wait, null, false, Map.of(), null));
      System.out.println(shell.dyno() + " " + lines.dyno() + " " + last.dyno());
      Thread.sleep(60_000);
    }
  }

  @Test
  void dynosOutliveAKilledNodeAndNothingTheyPrintIsMissed() throws Exception {
    Process victim =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                data.toString(),
                isolation.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String[] ids;
    try (BufferedReader lines = victim.inputReader()) {
      ids = Objects.requireNonNull(lines.readLine(), "it ended by itself").split(" ", -1);
    } finally {
      victim.destroyForcibly().waitFor();
    }
    Files.createFile(data.resolve("dynos/" + ids[2] + "/tmp/killed"));
    try (var runtime = new LocalRuntime(data, Launches.settings(isolation))) {
      var recovery = runtime.recover();
      assertEquals(Set.of(), recovery.ended());
      Map<String, RunningProcess> kept =
          recovery.adopted().stream()
              .collect(Collectors.toMap(p -> p.dyno().toString(), Function.identity()));
      assertEquals(Set.of(ids), kept.keySet());
      RunningProcess shell = Objects.requireNonNull(kept.get(ids[0]));
      type(shell, "hello\n");
      until(shell, "(?s).*got hello.*");
      assertEquals(7, status(shell));
      RunningProcess lines = Objects.requireNonNull(kept.get(ids[1]));
      var all = new StringBuilder(Files.readString(data.resolve("stored")));
      lines.readFrom(all.length());
      byte[] buffer = new byte[1000];
      for (int n = lines.read(buffer); n >= 0; n = lines.read(buffer)) {
        all.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        lines.release(lines.position());
      }
      assertEquals(
          IntStream.rangeClosed(1, LINES).mapToObj(i -> i + "\n").collect(Collectors.joining()),
          all.toString());
      assertEquals(0, status(lines));
      assertEquals(9, status(Objects.requireNonNull(kept.get(ids[2]))));
    }
    assertEquals(Map.of(), Launches.keepers(data), "the keeper has not ended");
  }

  @Test
  void outputNobodyStoredIsKeptAndTheProgramWaits() throws Exception {
    try (var runtime = new LocalRuntime(data, Launches.settings(isolation))) {
      RunningProcess process =
          runtime.start(launch("seq " + LINES + "; echo over >&2", null, false, Map.of(), null));
      byte[] buffer = new byte[100_000];
      int n = process.read(buffer);
      assertTrue(n > 0 && n <= KeptLaunch.MOST_KEPT, n + " bytes");
    }
  }

  @Test
  void nothingOutlivesAKilledKeeper() throws Exception {
    try (var runtime = new LocalRuntime(data, Launches.settings(isolation))) {
      List<Launch> launches = STUBBORN.stream().map(Launches::terminal).toList();
      List<RunningProcess> processes = new ArrayList<>();
      for (Launch launch : launches) {
        RunningProcess process = runtime.start(launch);
        until(process, "(?s).*up.*");
        processes.add(process);
      }
      Libc.kill(Launches.keeper(data), Signal.KILL.number());
      for (RunningProcess process : processes) {
        assertThrows(CompletionException.class, () -> status(process));
        eventually("it is gone", () -> !marked(process.dyno().toString()));
      }
      runtime.leave();
      try (var next = new LocalRuntime(data, Launches.settings(isolation))) {
        var recovery = next.recover();
        assertEquals(List.of(), recovery.adopted());
        assertEquals(
            launches.stream().map(Launch::dyno).collect(Collectors.toSet()), recovery.ended());
        assertEquals(5, status(next.start(Launches.pipes("exit 5"))));
      }
    }
  }

  @Test
  void aKeeperNobodyNeedsEnds() throws Exception {
    var settings = Launches.settings(isolation);
    var runtime =
        new LocalRuntime(
            data,
            new RuntimeSettings(
                10,
                settings.killWithin(),
                settings.keeperStart(),
                Duration.ofMillis(100),
                settings.keeperUnfetched(),
                settings.removeAgain(),
                settings.sandbox(),
                settings.plain(),
                settings.cgroups(),
                settings.limits()));
    runtime.recover();
    runtime.leave();
    eventually("it has ended", () -> Launches.keepers(data).isEmpty());
  }

  @Test
  void dynosEndOnceNobodySaysThatTheyAreToBeKept() throws Exception {
    var settings = Launches.settings(isolation);
    List<Launch> launches = List.of(terminal("echo up; sleep 1000"), Launches.pipes("sleep 1000"));
    var runtime = new LocalRuntime(data, settings);
    runtime.recover();
    List<RunningProcess> kept = new ArrayList<>();
    for (Launch launch : launches) {
      kept.add(runtime.start(launch));
    }
    until(kept.getFirst(), "(?s).*up.*");
    for (int i = 0; i < 5; i++) {
      runtime.keepFor(Duration.ofSeconds(2));
      Thread.sleep(500); // longer in all than each time
    }
    for (RunningProcess process : kept) {
      assertFalse(process.exit().toCompletableFuture().isDone(), "ended before its time");
    }
    runtime.leave();
    for (RunningProcess process : kept) {
      eventually("it is killed", () -> !ProcessHandle.of(process.pid()).isPresent());
    }
    try (var next = new LocalRuntime(data, settings)) {
      var found = next.recover();
      assertEquals(2, found.adopted().size());
      for (RunningProcess process : found.adopted()) {
        assertEquals(137, status(process));
        assertEquals(launches.getFirst().app(), found.owners().get(process.dyno()));
      }
    }
  }

  /** What was started by a node that is not heard of any more is killed; the next one works. */
  @Test
  void aHostStartsAgainAfterItsLease() throws Exception {
    var settings = Launches.settings(isolation);
    var runtime = new LocalRuntime(data, settings);
    runtime.recover();
    RunningProcess process = runtime.start(terminal("echo up; sleep 1000"));
    until(process, "(?s).*up.*");
    runtime.keepFor(Duration.ofMillis(100));
    runtime.leave();
    eventually("it is killed", () -> !ProcessHandle.of(process.pid()).isPresent());
    try (var next = new LocalRuntime(data, settings)) {
      assertEquals(137, status(next.recover().adopted().getFirst()));
      next.warmUp();
      assertEquals(5, status(next.start(Launches.pipes("exit 5"))));
    }
  }

  @Test
  void nothingStartsOnAHostNobodyHearsOf() throws Exception {
    try (var runtime = new LocalRuntime(data, Launches.settings(isolation))) {
      runtime.recover();
      RunningProcess process = runtime.start(Launches.pipes("sleep 1000"));
      runtime.keepFor(Duration.ofMillis(100));
      assertEquals(137, status(process));
      IOException refused =
          assertThrows(IOException.class, () -> runtime.start(Launches.pipes("sleep 1000")));
      assertTrue(String.valueOf(refused.getMessage()).contains("lease"), refused::getMessage);
      runtime.warmUp();
      runtime.keepFor(Duration.ofMinutes(5));
      assertEquals(5, status(runtime.start(Launches.pipes("exit 5"))));
    }
  }

  /** A node that ends while it tries its keeper, or whose data folder is removed. */
  @Test
  void aKeeperOfWhatNobodyWantsToKnowEnds() throws Exception {
    var settings = Launches.settings(isolation, Map.of("dynode.runtime.keeper.unused", "100 ms"));
    var runtime = new LocalRuntime(data, settings);
    runtime.recover();
    Launch of = Launches.pipes("exit 0");
    Launch trial =
        new Launch(
            of.app(),
            Isolation.WARM_UP,
            1,
            of.slug(),
            of.script(),
            of.environment(),
            null,
            true,
            of.size());
    Launch dyno = Launches.pipes("exit 4");
    assertEquals(0, status(runtime.start(trial)));
    assertEquals(4, status(runtime.start(dyno)));
    int keeper = Launches.keeper(data);
    runtime.leave();
    try (var next = new LocalRuntime(data, settings)) {
      List<RunningProcess> adopted = next.recover().adopted();
      assertEquals(4, status(adopted.getFirst()));
      assertEquals(keeper, Launches.keeper(data));
      assertEquals(0, status(next.start(trial)));
      next.leave();
    }
    Removal.remove(data.resolve("dynos").toRealPath().resolve(dyno.dyno().toString()));
    eventually("it has ended", () -> Launches.keepers(data).isEmpty());
  }

  @Test
  void whatNobodyAsksForIsKeptForItsTime() throws Exception {
    var settings =
        Launches.settings(
            isolation,
            Map.of(
                "dynode.runtime.keeper.unused", "1 ms", "dynode.runtime.keeper.unfetched", "3 s"));
    var runtime = new LocalRuntime(data, settings);
    runtime.recover();
    Launch dyno = Launches.pipes("exit 4");
    assertEquals(4, status(runtime.start(dyno)));
    long left = System.nanoTime();
    runtime.leave();
    eventually("it has ended", () -> Launches.keepers(data).isEmpty());
    assertTrue(System.nanoTime() - left >= 2_900_000_000L, "it ended before its time");
    try (var next = new LocalRuntime(data, settings)) {
      assertEquals(Set.of(dyno.dyno()), next.recover().ended());
    }
  }

  /** A node that found it may have died before it told anybody, and a start be ordered again. */
  @Test
  void aLaunchIsKnownToEveryLaterLife() throws Exception {
    var settings =
        Launches.settings(
            isolation,
            Map.of(
                "dynode.runtime.keeper.unused", "1 ms", "dynode.runtime.keeper.unfetched", "1 ms"));
    var runtime = new LocalRuntime(data, settings);
    runtime.recover();
    Launch dyno = Launches.pipes("exit 4");
    assertEquals(4, status(runtime.start(dyno)));
    runtime.leave();
    eventually("it has ended", () -> Launches.keepers(data).isEmpty());
    for (int life = 0; life < 3; life++) {
      try (var next = new LocalRuntime(data, settings)) {
        assertEquals(Set.of(dyno.dyno()), next.recover().ended());
      }
    }
  }

  @Test
  void aKeeperThatDoesNotStartSaysWhy() throws Exception {
    Path nothing = Files.createDirectory(data.resolve("nothing"));
    IOException failure =
        assertThrows(
            IOException.class,
            () -> new LocalRuntime(data, Launches.settings(isolation), nothing).recover());
    assertTrue(
        String.valueOf(failure.getMessage()).contains("ended with status 1"), failure::getMessage);
    assertTrue(
        String.valueOf(failure.getMessage()).contains("dev.dynode.keeper.Keeper"),
        failure::getMessage);
    var hasty = Launches.settings(isolation, Map.of("dynode.runtime.keeper.start-within", "1 ms"));
    failure = assertThrows(IOException.class, () -> new LocalRuntime(data, hasty).recover());
    assertTrue(
        String.valueOf(failure.getMessage()).contains("dynode.runtime.keeper.start-within"),
        failure::getMessage);
    new LocalRuntime(data, Launches.settings(isolation)).close();
  }

  /** It and its dynos must survive that a node finds it so. */
  @Test
  void aStoppedKeeperIsToldAndNotForgotten() throws Exception {
    var settings = Launches.settings(isolation);
    var runtime = new LocalRuntime(data, settings);
    runtime.recover();
    RunningProcess process = runtime.start(terminal("echo up; read x; exit 6"));
    until(process, "(?s).*up.*");
    runtime.leave();
    int keeper = Launches.keeper(data);
    Libc.kill(keeper, 19);
    try {
      var hasty = Launches.settings(isolation, Map.of("dynode.runtime.keeper.start-within", "1 s"));
      IOException failure = assertThrows(IOException.class, () -> new LocalRuntime(data, hasty));
      assertTrue(
          String.valueOf(failure.getMessage())
              .contains("process " + keeper + ", does not answer within 1s"),
          failure::getMessage);
    } finally {
      Libc.kill(keeper, 18);
    }
    try (var next = new LocalRuntime(data, settings)) {
      RunningProcess adopted = next.recover().adopted().getFirst();
      type(adopted, "x\n");
      assertEquals(6, status(adopted));
    }
  }

  @Test
  void onlyOneKeeperLivesInAPlace() throws Exception {
    var settings = Launches.settings(isolation);
    try (var runtime = new LocalRuntime(data, settings)) {
      runtime.recover();
      KeeperPlace place = KeeperPlace.in(data.resolve("keeper")).getFirst();
      Process second =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-cp",
                  KeeperPlace.ownCode().toString(),
                  Keeper.class.getName(),
                  place.folder().toString(),
                  "100",
                  "100",
                  "100",
                  "",
                  "")
              .inheritIO()
              .start();
      assertEquals(0, second.waitFor());
      assertEquals(6, status(runtime.start(Launches.pipes("exit 6"))));
      assertTrue(Files.exists(place.socket()));
    }
  }

  /** Keepers of many builds: each starts one of the dynos, which the next life must find. */
  @Test
  void anUpgradedKeeperLeavesDynosToItsPredecessors() throws Exception {
    var settings = Launches.settings(isolation);
    List<Launch> launches = new ArrayList<>();
    List<Long> pids = new ArrayList<>();
    for (int build = 0; build < BUILDS; build++) {
      Path code = build(build);
      var runtime = new LocalRuntime(data, settings, code);
      Map<String, RunningProcess> kept =
          runtime.recover().adopted().stream()
              .collect(Collectors.toMap(p -> p.dyno().toString(), Function.identity()));
      assertEquals(build, kept.size());
      for (int i = 0; i < build; i++) {
        RunningProcess process = kept.get(launches.get(i).dyno().toString());
        assertEquals(pids.get(i), Objects.requireNonNull(process).pid());
      }
      Launch launch = terminal("echo up; read x; echo got $x; seq 5000; exit " + (build + 1));
      RunningProcess process = runtime.start(launch);
      until(process, "(?s).*up.*");
      launches.add(launch);
      pids.add(process.pid());
      assertEquals(build + 1, Launches.keepers(data).size());
      runtime.leave();
      Files.delete(code);
    }
    try (var runtime = new LocalRuntime(data, settings)) {
      for (RunningProcess process : runtime.recover().adopted()) {
        type(process, "hello\n");
        String said = output(process);
        assertTrue(said.contains("got hello"), said);
        assertTrue(said.contains("4999\r\n5000\r\n"), said);
        assertEquals(pids.indexOf(process.pid()) + 1, status(process));
        process.close();
        runtime.discard(process.dyno());
      }
      eventually("former keepers end", () -> Launches.keepers(data).size() == 1);
      assertEquals(5, status(runtime.start(Launches.pipes("exit 5"))));
    }
    new LocalRuntime(data, settings).close();
    assertEquals(1, KeeperPlace.in(data.resolve("keeper")).size(), "places are left");
  }

  /** The keeper's classes in a jar that no other build has. */
  private Path build(int number) throws Exception {
    Path jar = data.resolve("build-" + number + ".jar");
    Path code = KeeperPlace.ownCode();
    try (var packed = Files.isDirectory(code) ? null : FileSystems.newFileSystem(code);
        var out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files =
            Files.walk(packed == null ? code.resolve("dev") : packed.getPath("/dev"))) {
      Path classes = packed == null ? code : packed.getPath("/");
      out.putNextEntry(new JarEntry("build"));
      out.write(number);
      for (Path each : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, out);
      }
    }
    return jar;
  }
}
