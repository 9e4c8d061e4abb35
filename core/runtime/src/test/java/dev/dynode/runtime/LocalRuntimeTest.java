package dev.dynode.runtime;

import static dev.dynode.runtime.Launches.bytes;
import static dev.dynode.runtime.Launches.descriptors;
import static dev.dynode.runtime.Launches.eventually;
import static dev.dynode.runtime.Launches.launch;
import static dev.dynode.runtime.Launches.marked;
import static dev.dynode.runtime.Launches.output;
import static dev.dynode.runtime.Launches.pipes;
import static dev.dynode.runtime.Launches.status;
import static dev.dynode.runtime.Launches.terminal;
import static dev.dynode.runtime.Launches.type;
import static dev.dynode.runtime.Launches.until;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.libc.ProcessTable;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes on real terminals and pipes, in sandboxes and without. */
@ParameterizedClass
@EnumSource(names = {"SANDBOX", "PLAIN"})
@Timeout(600)
@Isolated("counts the descriptors of this process")
@Tag("process")
class LocalRuntimeTest {
  @TempDir private static Path folder;

  @SuppressWarnings("NullAway.Init") // before each class
  private static Path data;

  @SuppressWarnings("NullAway.Init")
  private static LocalRuntime runtime;

  private final Choice isolation;

  LocalRuntimeTest(Choice isolation) {
    this.isolation = isolation;
  }

  /** One for all tests: a keeper takes as long to start as many of them. */
  @BeforeParameterizedClassInvocation
  static void open(Choice isolation) throws IOException {
    data = folder.resolve(isolation.name());
    runtime = new LocalRuntime(data, Launches.settings(isolation));
    runtime.recover();
  }

  @AfterParameterizedClassInvocation
  static void close() throws IOException {
    runtime.close();
    Launches.clean(data);
  }

  private boolean sandboxed() {
    return isolation == Choice.SANDBOX;
  }

  /** Where on this machine a dyno's files are. */
  private Path written(RunningProcess process) {
    return data.resolve("dynos/" + process.dyno()).resolve(sandboxed() ? "up" : "app");
  }

  @Test
  void aTerminalHasItsSizeAndCooksLines() throws IOException {
    RunningProcess process = runtime.start(terminal("stty size; tty; echo $TERM"));
    String printed = output(process);
    assertTrue(printed.startsWith("33 99\r\n/dev/pts/"), printed);
    assertTrue(printed.endsWith("xterm\r\n"), printed);
    assertEquals(0, status(process));
  }

  @Test
  void exitStatusIsExact() throws IOException {
    for (int code : new int[] {0, 1, 3, 42, 127, 128, 255}) {
      RunningProcess process = runtime.start(pipes("exit " + code));
      assertEquals(code, status(process));
      process.close();
    }
    for (Signal signal : new Signal[] {Signal.HUP, Signal.KILL, Signal.TERM}) {
      RunningProcess process = runtime.start(pipes("kill -" + signal.number() + " $$; sleep 60"));
      assertEquals(128 + signal.number(), status(process));
      process.close();
    }
  }

  @Test
  void aMissingCommandIsReportedAsOnHeroku() throws IOException {
    RunningProcess process = runtime.start(pipes("yolo"));
    assertEquals("/bin/bash: line 1: yolo: command not found\n", output(process));
    assertEquals(127, status(process));
  }

  @Test
  void unicodeSurvivesAnyLocale() throws IOException {
    RunningProcess process =
        runtime.start(launch("printf '%s' '\uFFFF ü 漢'", null, false, Map.of("LC_ALL", "C"), null));
    assertEquals("\uFFFF ü 漢", output(process));
  }

  @Test
  void environmentIsWhatWasAskedForAndNoMore() throws IOException {
    RunningProcess process =
        runtime.start(launch("env; umask; pwd", null, false, Map.of("A", "1=2\n3"), null));
    String printed = output(process);
    Path app = sandboxed() ? Path.of("/app") : written(process).toRealPath();
    assertTrue(printed.contains("A=1=2\n3\n"), printed);
    assertTrue(printed.contains("HOME=" + app), printed);
    assertTrue(printed.contains("PATH=/usr/local/sbin:"), printed);
    assertTrue(printed.endsWith("0077\n" + app + "\n"), printed);
    assertFalse(printed.contains("JAVA"), printed);
  }

  @Test
  void onlyTheThreeStandardDescriptorsAreInherited() throws IOException {
    RunningProcess process = runtime.start(pipes("ls /proc/self/fd | tr '\\n' ' '"));
    assertEquals("0 1 2 3 ", output(process)); // 3 is ls reading the folder
  }

  @Test
  void inputEndsWithTheClosingOfThePipe() throws IOException {
    RunningProcess process = runtime.start(pipes("cat; echo end"));
    type(process, "abc");
    process.endInput();
    assertEquals("abcend\n", output(process));
    RunningProcess without = runtime.start(launch("cat; echo end", null, false, Map.of(), null));
    assertEquals("end\n", output(without));
  }

  @Test
  void manyBytesPassUnchangedBothWays() throws Exception {
    byte[] sent = new byte[10_000_000];
    new Random(7).nextBytes(sent);
    RunningProcess process = runtime.start(pipes("cat"));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<byte[]> received = threads.submit(() -> bytes(process));
      process.write(sent, 0, sent.length);
      process.endInput();
      assertArrayEquals(sent, received.get());
    }
    RunningProcess printer =
        runtime.start(terminal("stty raw; head -c 32000000 /dev/zero | tr '\\0' x"));
    assertEquals(32_000_000, bytes(printer).length);
  }

  @Test
  void keysAndResizesReachTheForegroundProgram() throws IOException {
    RunningProcess process =
        runtime.start(
            terminal(
                "trap 'stty size; echo done' WINCH; echo ready; while :; do sleep 0.05; done"));
    until(process, "(?s).*ready.*");
    process.resize(new WindowSize(120, 40));
    until(process, "(?s).*40 120\r\ndone.*");
    type(process, "\u0003");
    assertEquals(130, status(process));
  }

  @Test
  void aSignalReachesEveryProcessOfTheDyno() throws Exception {
    Path slug = Files.createTempDirectory(data, "slug");
    Files.createDirectories(slug.resolve("seen"));
    // The first process goes last: with it the rest would be killed before they could tell.
    Files.writeString(
        slug.resolve("trap.sh"),
        "gone() { touch seen/$1; while [ $1 = leader ] && [ $(ls seen | wc -l) -lt 5 ];"
            + " do sleep 0.05; done; exit; }; "
            + "trap \"gone $1\" HUP; echo up; while :; do sleep 0.05; done");
    RunningProcess process =
        runtime.start(
            launch(
                "bash trap.sh background & setsid bash trap.sh session &"
                    + " (setsid bash trap.sh daemon &) ; bash trap.sh stopped & sleep 0.2;"
                    + " kill -STOP $!; bash trap.sh leader",
                Launches.WINDOW,
                true,
                Map.of(),
                slug));
    until(process, "(?s).*(up.*){5}");
    Path seen = written(process).resolve("seen");
    eventually(
        "one is stopped", () -> ran("trap.sh\0stopped").anyMatch(line -> line.state() == 'T'));
    process.signal(Signal.HUP);
    for (String name : List.of("background", "session", "daemon", "stopped", "leader")) {
      eventually(name + " got SIGHUP", () -> Files.exists(seen.resolve(name)));
    }
    status(process);
  }

  @Test
  void outputCanBeReadWhenEverythingElseIsGone() throws IOException {
    for (Launch launch : List.of(terminal("echo late"), pipes("echo late"))) {
      RunningProcess process = runtime.start(launch);
      assertEquals(0, status(process));
      runtime.discard(launch.dyno());
      assertEquals("late", output(process).strip());
      process.close();
    }
  }

  @Test
  void whatAProgramStartsInOrderToEndWellIsNotMeant() throws IOException {
    RunningProcess process =
        runtime.start(
            terminal(
                "trap 'sleep 0.3 && echo saved; exit 4' TERM; echo up; while :; do sleep 0.05; done"));
    until(process, "(?s).*up.*");
    process.signal(Signal.TERM);
    until(process, "(?s).*saved.*");
    assertEquals(4, status(process));
  }

  @Test
  void nothingIsLeftWhenTheFirstProcessHasEnded() throws Exception {
    int before = descriptors();
    String life = Long.toString(100_000_000 + System.nanoTime() % 100_000_000);
    Launch launch =
        terminal("setsid sleep L & (nohup sleep L &) ; trap '' HUP; sleep 0.1".replace("L", life));
    RunningProcess process = runtime.start(launch);
    assertEquals(0, status(process));
    assertEquals(0, ran("sleep\0" + life).count(), "processes are left");
    assertFalse(marked(launch.dyno().toString()), "processes are left");
    String mounts = Files.readString(Path.of("/proc/" + Launches.keeper(data) + "/mountinfo"));
    assertFalse(mounts.contains(launch.dyno().toString()), mounts);
    output(process);
    process.close();
    runtime.discard(launch.dyno());
    assertFalse(Files.exists(data.resolve("dynos/" + launch.dyno())));
    eventually("descriptors are closed", () -> descriptors() == before);
  }

  @Test
  void slugIsCopiedAndProfilesRunInOrder() throws IOException {
    Path slug = Files.createTempDirectory(data, "slug");
    Files.createDirectories(slug.resolve(".profile.d"));
    Files.writeString(slug.resolve(".profile.d/b.sh"), "export ORDER=${ORDER}b");
    Files.writeString(slug.resolve(".profile.d/a.sh"), "export ORDER=${GIVEN}a");
    Files.writeString(slug.resolve(".profile"), "export ORDER=${ORDER}p");
    Files.writeString(
        slug.resolve("run"), "#!/bin/sh\necho \"ran $1 $ORDER\"; echo x >> run; exit 0\n");
    Files.setPosixFilePermissions(
        slug.resolve("run"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(slug.resolve("link"), Path.of("run"));
    RunningProcess process =
        runtime.start(launch("./link 1; exit 5", null, false, Map.of("GIVEN", "g"), slug));
    assertEquals("ran 1 gabp\n", output(process));
    assertEquals(5, status(process));
    assertFalse(Files.readString(slug.resolve("run")).endsWith("x\n"), "the slug was written to");
  }

  @Test
  void aHostileFolderIsRemoved() throws IOException {
    Launch launch =
        pipes(
            "mkdir -p a/b; echo x > a/b/c; ln -s / a/root; chmod 0 a/b a;"
                + " perl -e 'for (1 .. 60) { mkdir \"\\xff\" x 200; chdir \"\\xff\" x 200 or die }"
                + " open F, \">\", \"f\" or die'; chmod 0 .");
    RunningProcess process = runtime.start(launch);
    status(process);
    runtime.discard(launch.dyno());
    assertEquals(0, runtime.filesLeft());
    assertFalse(Files.exists(data.resolve("dynos/" + launch.dyno())));
    assertTrue(Files.exists(Path.of("/etc/passwd")));
  }

  @Test
  void manyAtOnceLoseNothing() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int n = i;
        all.add(
            threads.submit(
                () -> {
                  RunningProcess process =
                      runtime.start(n % 2 == 0 ? terminal("echo o" + n) : pipes("echo o" + n));
                  String printed = output(process);
                  assertEquals(0, status(process));
                  process.close();
                  runtime.discard(process.dyno());
                  return printed.strip();
                }));
      }
      for (int i = 0; i < 200; i++) {
        assertEquals("o" + i, all.get(i).get());
      }
    }
  }

  @Test
  void aStartThatFailsLeavesNothing() throws IOException {
    int before = descriptors();
    Launch huge = launch("true", Launches.WINDOW, true, Map.of("A", "x".repeat(3_000_000)), null);
    IOException failure = assertThrows(IOException.class, () -> runtime.start(huge));
    assertEquals(
        "the command and its environment are too long for this system", failure.getMessage());
    assertEquals(before, descriptors());
    runtime.discard(huge.dyno());
  }

  @Test
  void preparingTwiceKeepsWhatIsThere() throws IOException {
    Path slug = Files.createTempDirectory(data, "slug");
    Files.writeString(slug.resolve("f"), "1");
    Launch launch = launch("cat f", null, false, Map.of(), slug);
    runtime.prepare(launch, () -> {});
    runtime.prepare(launch, () -> {});
    assertEquals("1", output(runtime.start(launch)));
  }

  /** Processes whose command line has this in it. */
  private static Stream<ProcessTable.Line> ran(String words) {
    return ProcessTable.read().values().stream()
        .filter(line -> !line.ended() && commandLine(line.pid()).contains(words));
  }

  private static String commandLine(int pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
