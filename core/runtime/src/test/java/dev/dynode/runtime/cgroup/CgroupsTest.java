package dev.dynode.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.CgroupMounts;
import dev.dynode.libc.ProcessTable;
import dev.dynode.runtime.Launches;
import dev.dynode.runtime.cgroup.Cgroup.Launched;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes in real groups, where this machine lets us make some. */
@Timeout(600)
@Tag("process")
class CgroupsTest {
  private static final CgroupSettings SETTINGS =
      new CgroupSettings(true, 200, Duration.ofSeconds(10));
  private static final Limits SMALL = new Limits(32L << 20, 30, 1, 1, 1);
  private static final Limits LARGE = new Limits(512L << 20, 256, 1, 1, 1);

  private final String node = "test-" + UUID.randomUUID();
  private final List<Process> started = new ArrayList<>();

  @TempDir private Path folder;

  /** The machine as it is, and as if it had only hierarchies of version 1. */
  enum Seen {
    ALL,
    FIRST_ONLY
  }

  private Cgroups open(Seen seen) throws IOException {
    Path proc = Path.of("/proc/self");
    if (seen == Seen.FIRST_ONLY) {
      Path copy = Files.createDirectories(folder.resolve("proc"));
      Files.copy(
          proc.resolve("cgroup"),
          copy.resolve("cgroup"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(
          copy.resolve("mountinfo"),
          Files.readString(proc.resolve("mountinfo"))
              .lines()
              .filter(line -> !line.contains(" - cgroup2 "))
              .collect(Collectors.joining("\n", "", "\n")));
      proc = copy;
    }
    Cgroups groups = Cgroups.open(SETTINGS, node, proc);
    assumeTrue(
        groups.limitsMemory() && groups.limitsProcesses(), () -> groups.missing().orElse(""));
    return groups;
  }

  private static Launched launched() {
    return new Launched(new DynoId(UUID.randomUUID()), 1);
  }

  private Process start(Cgroup group, String... command) throws IOException {
    Process process = new ProcessBuilder(group.enter(List.of(command))).start();
    started.add(process);
    return process;
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    started.forEach(Process::destroyForcibly);
    List<Path> left = foldersOf(node);
    if (!left.isEmpty()) {
      Cgroups groups = Cgroups.open(SETTINGS, node);
      groups.sweep(Set.of());
      groups.leave();
    }
    assertEquals(List.of(), left);
  }

  /** Folders of a node in any hierarchy. */
  private static List<Path> foldersOf(String node) throws IOException {
    List<Path> left = new ArrayList<>();
    for (CgroupMounts.Hierarchy hierarchy :
        CgroupMounts.read(Path.of("/proc/self")).hierarchies()) {
      Path parent = hierarchy.own().resolve("dynode-" + node);
      if (Files.exists(parent)) {
        left.add(parent);
      }
    }
    return left;
  }

  private static int status(Process process) throws InterruptedException {
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still runs");
    return process.exitValue();
  }

  @ParameterizedTest
  @EnumSource
  void aProcessThatTakesTooMuchMemoryIsKilledAndCounted(Seen seen) throws Exception {
    Cgroups groups = open(seen);
    Cgroup group = groups.take(launched(), SMALL);
    assertEquals(0, group.oomKills());
    Process within = start(group, "dd", "if=/dev/zero", "of=/dev/null", "bs=48M", "count=1");
    assertEquals(0, status(within), "48 MiB are less than twice 32 MiB");
    Process eater = start(group, "dd", "if=/dev/zero", "of=/dev/null", "bs=400M", "count=1");
    assertEquals(137, status(eater));
    assertEquals(1, group.oomKills());
    assertTrue(group.kill());
    group.remove();
    groups.leave();
  }

  @ParameterizedTest
  @EnumSource
  void aForkBombIsHeldAndKilled(Seen seen) throws Exception {
    Cgroups groups = open(seen);
    Cgroup group = groups.take(launched(), SMALL);
    start(group, "perl", "-e", "$SIG{$_} = 'IGNORE' for qw(TERM HUP INT); fork while 1");
    Launches.eventually("it meets the limit", () -> group.processLimitHits() > 0);
    assertTrue(group.processes().size() <= SMALL.processes(), group.processes()::toString);
    assertTrue(group.kill());
    assertEquals(Set.of(), group.processes());
    group.remove();
    groups.leave();
  }

  @ParameterizedTest
  @EnumSource
  void processesThatHideOrAreStoppedAreFoundAndKilled(Seen seen) throws Exception {
    Cgroups groups = open(seen);
    Cgroup group = groups.take(launched(), LARGE);
    Process first =
        start(
            group,
            "/bin/sh",
            "-c",
            "setsid sleep 1000 & (setsid sh -c 'trap \"\" TERM HUP; sleep 1000; :' &);"
                + " sleep 1000 & kill -STOP $!; exit 0");
    assertEquals(0, status(first));
    Launches.eventually(
        "setsid, its shell's two, and the stopped",
        () -> {
          Set<Integer> all = group.processes();
          return all.size() == 4 && all.stream().anyMatch(pid -> state(pid) == 'T');
        });
    Set<Integer> all = group.processes();
    assertTrue(group.kill());
    all.forEach(pid -> assertFalse(runs(pid), pid + " runs"));
    group.remove();
    groups.leave();
  }

  private static char state(int pid) {
    ProcessTable.Line line = ProcessTable.line(pid);
    return line == null ? 'X' : line.state();
  }

  private static boolean runs(int pid) {
    ProcessTable.Line line = ProcessTable.line(pid);
    return line != null && !line.ended();
  }

  @ParameterizedTest
  @EnumSource
  void memoryReadIsWhatIsHeld(Seen seen) throws Exception {
    Cgroups groups = open(seen);
    Cgroup group = groups.take(launched(), LARGE);
    Process holder =
        start(group, "/bin/sh", "-c", "dd if=/dev/zero bs=100M count=1 2>&- | sleep 1000");
    long held = 100L << 20;
    Launches.eventually(
        "about 100 MiB", () -> group.memoryBytes() >= held && group.memoryBytes() < held * 1.1);
    assertTrue(holder.isAlive());
    assertEquals(0, group.memory().swap());
    assertTrue(group.kill());
    group.remove();
    groups.leave();
  }

  @ParameterizedTest
  @EnumSource
  void aRestartFindsWhatRunsAndSweepsTheRest(Seen seen) throws Exception {
    Launched kept = launched();
    Launched lost = launched();
    Cgroups before = open(seen);
    Process running = start(before.take(kept, LARGE), "sleep", "1000");
    start(before.take(lost, LARGE), "sleep", "1000");
    before.leave();
    Cgroups after = open(seen);
    assertTrue(after.find(new Launched(kept.dyno(), 2)).isEmpty(), "another launch");
    Cgroup group = after.find(kept).orElseThrow();
    Cgroup other = after.find(lost).orElseThrow();
    Launches.eventually("its process", () -> group.processes().equals(Set.of((int) running.pid())));
    Launches.eventually("the other's", () -> other.processes().size() == 1);
    assertEquals(1, after.sweep(Set.of(kept)));
    assertTrue(running.isAlive());
    assertTrue(after.find(lost).isEmpty());
    assertThrows(IOException.class, () -> after.take(kept, LARGE), "it has one");
    assertTrue(group.kill());
    assertEquals(137, status(running));
    group.remove();
    after.leave();
  }

  @Test
  void argumentsPassUnchangedAndALostGroupIsNotRunWithout() throws Exception {
    Cgroups groups = open(Seen.ALL);
    Cgroup group = groups.take(launched(), LARGE);
    String odd = "--  a'\"$x\\ \n end";
    Process printed = start(group, "printf", "%s|", odd, "", "--");
    assertEquals(
        odd + "||--|", new String(printed.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    List<String> late = group.enter(List.of("echo", "ran"));
    group.remove();
    Process refused = new ProcessBuilder(late).start();
    assertEquals("", new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(126, status(refused));
    groups.leave();
  }

  /** Prints what an ordinary user is told. */
  static final class Ordinary {
    private Ordinary() {}

    public static void main(String[] arguments) {
      Cgroups groups = Cgroups.open(SETTINGS, arguments[0]);
      System.out.print(groups.usable() + " " + groups.missing().orElse(""));
    }
  }

  @Test
  void anOrdinaryUserIsToldWhatIsMissing() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root becomes another user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Class<?> needed : List.of(Cgroups.class, CgroupMounts.class, Ordinary.class)) {
      copy(
          Path.of(needed.getProtectionDomain().getCodeSource().getLocation().toURI()),
          folder.resolve("classes"));
    }
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                folder.resolve("classes") + ":" + folder.resolve("classes") + "/*",
                Ordinary.class.getName(),
                node)
            .redirectErrorStream(true)
            .start();
    started.add(process);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(
        said.matches(
            "false no cgroup may be written \\(.+ cannot be (made|written)\\):"
                + " memory and process limits are rlimits only"),
        said);
  }

  private static void copy(Path from, Path to) throws Exception {
    Process copied =
        new ProcessBuilder(
                "sh",
                "-c",
                "mkdir -p \"$2\" && (cp -R \"$1\"/. \"$2\" || cp \"$1\" \"$2\") && chmod -R a+rX \"$2\"",
                "sh",
                from.toString(),
                to.toString())
            .inheritIO()
            .start();
    assertEquals(0, copied.waitFor());
  }
}
