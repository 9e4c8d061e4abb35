package dev.dynode.runtime.isolation;

import static dev.dynode.runtime.Launches.eventually;
import static dev.dynode.runtime.Launches.launch;
import static dev.dynode.runtime.Launches.marked;
import static dev.dynode.runtime.Launches.output;
import static dev.dynode.runtime.Launches.status;
import static dev.dynode.runtime.Launches.terminal;
import static dev.dynode.runtime.Launches.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.keeper.ShellDefaults;
import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.runtime.Launches;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.files.DynoFiles;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.File;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What a hostile dyno gets out of its box: nothing. Needs perl for bare system calls. */
@Timeout(600)
@Isolated("beside other classes bwrap once failed at the loopback of a network; why is not known")
@Tag("process")
class SandboxTest {
  private static final String ATTACKS =
      """
      try() { name=$1; shift; if "$@" >/dev/null 2>&1 </dev/null; then echo "DONE: $name"; else echo "denied: $name"; fi; }
      call() { name=$1; shift; echo "$(perl -e '$! = 0; $r = syscall(@ARGV[0], map { $_ + 0 } @ARGV[1..$#ARGV]); print $r < 0 && $! == 1 ? "denied" : "DONE ($!)"' "$@"): $name"; }
      try 'read the files of the node' cat "$DATA/secret"
      try 'list the folder of the node' ls "$DATA"
      try 'see the sockets of keepers' test -e "$DATA/keeper"
      try 'read the files of another dyno' cat "$DATA/dynos/$OTHER/up/mine"
      try 'read them through the mounts of the keeper' ls /mnt
      try 'read them through a link' sh -c 'ln -s / /app/root && cat "/app/root$DATA/secret"'
      try 'read passwords of the host' cat /etc/shadow
      try 'read keys of the host' ls /etc/ssl/private
      try 'write programs' touch /usr/bin/evil
      try 'write settings' touch /etc/evil
      try 'write beside /app' touch /evil
      try 'write devices' touch /dev/evil
      try 'make a device' mknod /tmp/disk b 8 0
      try 'signal a process of the host' kill -9 "$VICTIM"
      try 'look into a process of the host' ls "/proc/$VICTIM/root/"
      try 'mount' mount -t tmpfs none /tmp
      try 'bind' mount --bind / /tmp
      try 'make the system writable' mount -o remount,rw /usr
      try 'leave by chroot' chroot / true
      try 'a user namespace' unshare --user true
      try 'a mount namespace' unshare --mount true
      try 'another network' unshare --net true
      try 'become root' setpriv --reuid 0 true
      try 'become root by su' su -c true
      try 'give a file away' sh -c 'touch f && chown 0 f'
      try 'change the kernel' sh -c 'echo 1 > /proc/sys/kernel/panic'
      try 'change the host name' sh -c 'echo evil > /proc/sys/kernel/hostname'
      try 'control groups' ls /sys/fs/cgroup
      call 'keys of the kernel' $KEYCTL 0 -3 1
      call 'io_uring' 425 1 0
      call 'bpf' $BPF 0 0 0
      call 'files by handle' $HANDLE 0 0 0
      try 'type into a terminal' perl -e 'ioctl(STDOUT, 0x5412, "x") or exit 1'
      kill -9 -1 2>/dev/null
      echo over
      """;

  private static final int ORDINARY = 397_531;

  @TempDir private Path data;
  private @Nullable LocalRuntime runtime;

  /** Attacks from a box, in a process of its own: prints what came of it. */
  static final class Attack {
    private Attack() {}

    public static void main(String[] arguments) throws Exception {
      Path data = Path.of(arguments[0]);
      Files.writeString(Files.createDirectories(data).resolve("secret"), "s");
      Process victim = new ProcessBuilder("sleep", "1000").start();
      try (var runtime = new LocalRuntime(data, Launches.settings(Choice.SANDBOX))) {
        RunningProcess other = runtime.start(terminal("echo m > mine; echo up; sleep 1000"));
        until(other, "(?s).*up.*");
        boolean x86 = System.getProperty("os.arch").equals("amd64");
        Map<String, String> environment =
            Map.of(
                "DATA",
                data.toString(),
                "OTHER",
                other.dyno().toString(),
                "VICTIM",
                Long.toString(victim.pid()),
                "KEYCTL",
                x86 ? "250" : "219",
                "BPF",
                x86 ? "321" : "280",
                "HANDLE",
                x86 ? "304" : "265");
        RunningProcess process = runtime.start(launch(ATTACKS, null, false, environment, null));
        System.out.print(output(process));
        System.out.println("status " + status(process));
        System.out.println("victim lives: " + victim.isAlive());
        System.out.println("other lives: " + !other.exit().toCompletableFuture().isDone());
        System.out.println(
            "written: " + Files.exists(data.resolve("dynos/" + other.dyno() + "/up/mine")));
      } finally {
        victim.destroyForcibly();
      }
    }
  }

  @AfterEach
  void close() {
    if (runtime != null) {
      runtime.close();
    }
  }

  @Test
  void nothingOutsideIsReached() throws Exception {
    attackAsMyself();
  }

  private void attackAsMyself() throws Exception {
    attack(List.of(), System.getProperty("java.class.path"), data.resolve("data"));
  }

  /** Where the tests run as root, the same as an ordinary user. */
  @Test
  void norIsItByAnOrdinaryUser() throws Exception {
    if (Libc.user() != 0) {
      attackAsMyself();
      return;
    }
    Path home = Files.createDirectory(data.resolve("home"));
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
        Path copy = home.resolve(entries.size() + "-" + Path.of(entry).getFileName());
        Process cp = new ProcessBuilder("cp", "-r", entry, copy.toString()).inheritIO().start();
        assertEquals(0, cp.waitFor(), entry);
        entries.add(copy.toString());
      }
    }
    new DynoFiles(data).give(home, ORDINARY);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    String id = Integer.toString(ORDINARY);
    attack(
        List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--"),
        String.join(File.pathSeparator, entries),
        home.resolve("data"));
  }

  private static void attack(List<String> as, String classes, Path data) throws Exception {
    List<String> words = new ArrayList<>(as);
    words.add(ProcessHandle.current().info().command().orElseThrow());
    words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classes));
    words.addAll(List.of(Attack.class.getName(), data.toString()));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertFalse(said.contains("DONE"), said);
    assertEquals(
        Pattern.compile("(?m)^ *(try|call) '").matcher(ATTACKS).results().count(),
        Pattern.compile("(?m)^denied: ").matcher(said).results().count(),
        said);
    assertTrue(
        said.endsWith("over\nstatus 0\nvictim lives: true\nother lives: true\nwritten: true\n"),
        said);
  }

  @Test
  void itIsAUserOfItsOwnWithoutAnyPower() throws IOException {
    RunningProcess process =
        run(
            Map.of(),
            "id -un; id -gn; id -u; hostname; umask; pwd; echo $HOME; echo $(ls /);"
                + " [ $(ls -d /proc/[0-9]* | wc -l) -le 6 ] && echo alone; df -k --output=size /dev/shm | tail -1;"
                + " echo $(sed -n s/^Cap...://p /proc/self/status);"
                + " sed -n s/^NoNewPrivs://p /proc/self/status;"
                + " sed -n s/^Seccomp://p /proc/self/status; env | grep -c DYNODE");
    List<String> lines = output(process).lines().map(String::strip).toList();
    String none = "0".repeat(16);
    assertTrue(lines.getFirst().matches("u[1-5][0-9]{4}"), lines.toString());
    assertEquals(
        List.of(
            "dyno",
            lines.getFirst().substring(1),
            process.dyno().toString(),
            "0077",
            "/app",
            "/app",
            "app bin dev etc lib lib64 proc run sbin tmp usr var",
            "alone", // with the first one, ls and wc
            "65536",
            String.join(" ", none, none, none, none, none),
            "1",
            "2",
            "0"),
        lines.subList(1, lines.size()));
  }

  @Test
  void aShellHasThePromptOfHeroku() throws IOException {
    RunningProcess process = run(Map.of(), "bash -ic 'printf %s \"$PS1\"' 2>/dev/null");
    assertEquals(ShellDefaults.PROMPT, output(process));
  }

  @Test
  void withoutANetworkThereIsLoopbackAlone() throws IOException {
    String interfaces = "sed -n 's/ *\\(.*\\):.*/\\1/p' /proc/net/dev";
    var without = Map.of("dynode.runtime.sandbox.network", "none");
    assertEquals("lo\n", output(run(without, interfaces)));
  }

  @Test
  void aNetworkOfItsOwnLeadsOutAndNotIn() throws Exception {
    Map<String, String> own = Map.of("dynode.runtime.sandbox.network", "own");
    if (!Files.isWritable(Path.of("/dev/net/tun"))) {
      IOException refused = assertThrows(IOException.class, () -> run(own, "true"));
      assertTrue(String.valueOf(refused.getMessage()).contains("/dev/net/tun"), refused::toString);
      return;
    }
    InetAddress outside = addressOfThisMachine();
    try (var loopback = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var open = new ServerSocket(0, 5, outside)) {
      String listen =
          "my $s = IO::Socket::INET->new(Listen => 5, LocalPort => 5000) or die;"
              + " $| = 1; print qq(up\\n); $s->accept; print qq(heard\\n)";
      RunningProcess other = run(own, "perl -MIO::Socket::INET -e '" + listen + "'");
      until(other, "(?s).*up.*");
      String script =
          """
          reach() { timeout 10 bash -c "echo $3 >/dev/tcp/$1/$2" 2>/dev/null && echo "$3 by $1"; }
          cat /etc/resolv.conf
          sed -n 's/ *\\(.*\\):.*/\\1/p' /proc/net/dev | sort
          for to in 127.0.0.1 10.0.2.2 10.0.2.100 OUTSIDE; do
            reach $to 5000 'another dyno'
            reach $to LOOPBACK 'the loopback of the host'
            reach $to OPEN 'the host'
          done
          """
              .replace("OUTSIDE", outside.getHostAddress())
              .replace("LOOPBACK", Integer.toString(loopback.getLocalPort()))
              .replace("OPEN", Integer.toString(open.getLocalPort()));
      Launch launch = launch(script, null, false, Map.of(), null);
      runtime().prepare(launch, () -> {}); // waits for its network and for its start
      RunningProcess process = runtime().start(launch);
      assertEquals(
          "nameserver 10.0.2.3\nlo\ntap0\nthe host by " + outside.getHostAddress() + "\n",
          output(process));
      other.signal(Signal.KILL);
      assertEquals(137, status(other));
      for (RunningProcess each : List.of(process, other)) {
        eventually("what carried its packets is gone", () -> !marked(each.dyno().toString()));
      }
    }
  }

  private static InetAddress addressOfThisMachine() throws Exception {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .findFirst()
        .orElseThrow(() -> new AssertionError("this machine has no address but loopback's"));
  }

  @Test
  void theSystemCanBeAnotherOne() throws Exception {
    Path root = data.resolve("root");
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/os-release"), "ID=other\n");
    Files.createFile(root.resolve("etc/passwd"));
    Files.createFile(root.resolve("etc/group"));
    Path programs = Files.createDirectories(root.resolve("bin"));
    for (String program : List.of("bash", "cat", "setsid", "id")) {
      Path host = Path.of("/usr/bin", program);
      Files.copy(host, programs.resolve(program));
      Process needs = new ProcessBuilder("ldd", host.toString()).start();
      for (String word : needs.inputReader().readAllAsString().split("\\s+", -1)) {
        Path library = root.resolve(word.replaceFirst("^/+", ""));
        if (word.startsWith("/") && Files.notExists(library)) {
          Files.createDirectories(library.resolveSibling("."));
          Files.copy(Path.of(word), library);
        }
      }
    }
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    var other = Map.of("dynode.runtime.sandbox.root", root.toString());
    RunningProcess process = run(other, "cat /etc/os-release; id -gn; exec ls");
    assertEquals("ID=other\ndyno\n/bin/bash: line 1: exec: ls: not found\n", output(process));
    assertEquals(127, status(process));
  }

  private LocalRuntime runtime() {
    return Objects.requireNonNull(runtime);
  }

  private RunningProcess run(Map<String, String> settings, String script) throws IOException {
    runtime = new LocalRuntime(data, Launches.settings(Choice.SANDBOX, settings));
    return runtime.start(launch(script, null, false, Map.of(), null));
  }
}
