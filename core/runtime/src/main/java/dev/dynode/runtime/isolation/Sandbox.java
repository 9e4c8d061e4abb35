package dev.dynode.runtime.isolation;

import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.HostEtc;
import dev.dynode.keeper.KeeperProtocol.Bounds;
import dev.dynode.keeper.KeeperProtocol.Box;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.keeper.Overlays;
import dev.dynode.keeper.ShellDefaults;
import dev.dynode.libc.Mounts;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.files.DynoFiles;
import dev.dynode.runtime.isolation.SandboxSettings.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Each dyno in a box of its own, made by bubblewrap: own user, mount, process, IPC, host name and
 * control group namespaces, no capability and no way to one, a system it cannot change, and its
 * slug at {@code /app}, where what it writes is its own.
 *
 * @param boxes folder in which the keeper mounts what the boxes are made of
 * @param bubblewrap its path
 * @param system what of the machine they see
 * @param user host's user they run as; -1: this process's
 * @param outbound slirp4netns, where dynos have networks of their own; else null
 * @param filter of system calls; null where none is known
 */
public record Sandbox(
    DynoFiles files,
    Path boxes,
    Path bubblewrap,
    SandboxSystem system,
    int user,
    SandboxSettings settings,
    @Nullable Path outbound,
    @Nullable SeccompFilter filter)
    implements Isolation {
  private static final String HOME = "/app";

  /** Numbers of the users in boxes. */
  private static final int FIRST_USER = 10_000;

  private static final int USERS = 50_000;

  /** Longest single text and all texts of an execve, as Linux has them for a stack of 8 MiB. */
  private static final int LONGEST_TEXT = 128 * 1024;

  private static final int LONGEST_START = 2 * 1024 * 1024 - 64 * 1024;
  private static final int POINTER_BYTES = 8;

  /** bash says -u, dash -p. */
  private static final String HELD = "ulimit -u $1 2>/dev/null || ulimit -p $1; shift; exec \"$@\"";

  private static final int READY = 3;
  private static final int ARGUMENTS = 4;
  private static final int PASSWD = 5;
  private static final int GROUP = 6;
  private static final int FILTER = 7;

  /** Where slirp4netns answers for the host's resolver. */
  private static final String RESOLVER = "nameserver 10.0.2.3\n";

  @Override
  public void prepare(DynoId dyno, SlugTree slug) throws IOException {
    files.layers(dyno, user);
    Path tree = slug.directory();
    if (tree != null && user >= 0) {
      files.give(tree, user);
    }
  }

  @Override
  public Program program(Launch launch, Bounds bounds, int processes, boolean waits)
      throws IOException {
    checkSize(launch);
    String name = launch.dyno() + ":" + launch.generation();
    Path slug = launch.slug().directory();
    WindowSize window = launch.terminal();
    List<String> command = new ArrayList<>(List.of(bubblewrap.toString()));
    command.addAll(List.of("--args", Integer.toString(READY)));
    command.addAll(List.of("--args", Integer.toString(ARGUMENTS), "--"));
    // By their paths: where programs are looked for is the dyno's choice from here on.
    if (window != null) {
      command.addAll(List.of(system.program("setsid").orElse("setsid"), "-c"));
    }
    if (processes > 0) { // counted in the box's own user namespace, so not before it is there
      String most = Integer.toString(processes);
      command.addAll(
          system
              .program("prlimit")
              .map(prlimit -> List.of(prlimit, "--nproc=" + most))
              .orElse(List.of(system.shell(), "-c", HELD, "sh", most)));
    }
    command.addAll(Isolation.shell(system.shell(), slug, launch.script()));
    int number = number(launch.dyno());
    List<byte[]> data = new ArrayList<>(List.of(passwd(number), group(number)));
    if (filter != null) {
      data.add(filter.program());
    }
    List<String> words = arguments(launch, number);
    int last = ARGUMENTS + data.size() + 1; // the first are the words themselves
    if (outbound != null) {
      data.add(RESOLVER.getBytes(StandardCharsets.US_ASCII));
      words.addAll(List.of("--ro-bind-data", Integer.toString(last++), "/etc/resolv.conf"));
      words.addAll(List.of("--info-fd", Integer.toString(last++)));
    }
    if (outbound != null || waits) {
      words.addAll(List.of("--block-fd", Integer.toString(last)));
    }
    data.addFirst((String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8));
    return new Program(
        name,
        command,
        Map.of("PATH", ShellDefaults.PATH), // the dyno's own must not reach what builds its walls
        "/",
        files.record(launch.dyno()).toString(),
        window == null ? 0 : window.columns(),
        window == null ? 0 : window.rows(),
        launch.input(),
        user,
        Isolation.trial(launch),
        waits,
        bounds,
        new Box(
            slug == null ? "" : slug.toString(),
            files.of(launch.dyno()).toString(),
            outbound == null ? "" : outbound.toString(),
            data));
  }

  /**
   * The same box from bubblewrap alone, to measure ours by.
   *
   * @param app shown at {@code /app}; what is in it beside is made where it is missing
   */
  public List<String> bare(Path app, Path temporary, List<String> command) throws IOException {
    if (!Files.exists(app.resolve("etc"))) {
      HostEtc.copy(app.resolve("etc"));
      for (String file : List.of("passwd", "group", "hosts", "resolv.conf")) {
        Files.createFile(app.resolve(file));
      }
    }
    String id = Integer.toString(FIRST_USER);
    List<String> words = new ArrayList<>(List.of(bubblewrap.toString()));
    words.addAll(walls());
    words.addAll(List.of("--uid", id, "--gid", id, "--hostname", "bare"));
    words.addAll(List.of("--ro-bind", app.resolve("etc").toString(), "/etc"));
    for (String file : List.of("passwd", "group", "hosts", "resolv.conf")) {
      words.addAll(List.of("--ro-bind", app.resolve(file).toString(), "/etc/" + file));
    }
    words.addAll(inside(app, temporary));
    words.addAll(List.of("--", "setsid", "-c"));
    words.addAll(command);
    return words;
  }

  /** What is mounted over the system, and where the program begins. */
  private List<String> inside(Path app, Path temporary) {
    return List.of(
        "--bind",
        app.toString(),
        HOME,
        "--bind",
        temporary.toString(),
        "/tmp",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--perms",
        "1777",
        "--size",
        Long.toString(settings.sharedMemoryBytes()),
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--chdir",
        HOME);
  }

  /** What the kernel would refuse only once the box is made. */
  private static void checkSize(Launch launch) throws IOException {
    long sum = 2L * launch.script().length();
    long longest = bytes(launch.script());
    for (var variable : launch.environment().entrySet()) {
      long length = bytes(variable.getKey()) + 1L + bytes(variable.getValue());
      sum += length + POINTER_BYTES;
      longest = Math.max(longest, length);
    }
    if (longest >= LONGEST_TEXT || sum > LONGEST_START) {
      throw new IOException("the command and its environment are too long for this system");
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Arguments of bubblewrap that all boxes share. */
  List<String> walls() {
    var words =
        new ArrayList<>(
            List.of(
                "--unshare-user",
                "--unshare-pid",
                "--unshare-ipc",
                "--unshare-uts",
                "--unshare-cgroup-try",
                "--disable-userns",
                "--die-with-parent",
                "--cap-drop",
                "ALL"));
    if (settings.network() != Network.HOST) {
      words.add("--unshare-net");
    }
    words.addAll(system.programs());
    return words;
  }

  private List<String> arguments(Launch launch, int number) {
    String id = Integer.toString(number);
    var words = new ArrayList<String>(walls());
    words.addAll(List.of("--uid", id, "--gid", id));
    words.addAll(List.of("--hostname", launch.dyno().toString()));
    words.addAll(system.etc(boxes));
    words.addAll(List.of("--ro-bind-data", Integer.toString(PASSWD), "/etc/passwd"));
    words.addAll(List.of("--ro-bind-data", Integer.toString(GROUP), "/etc/group"));
    words.addAll(inside(Overlays.app(boxes), Overlays.temporary(boxes)));
    // Neither keys nor signals to its group reach the box itself: a session of its own, which
    // setsid
    // makes where there is a terminal.
    String terminals = Mounts.TERMINALS.toString();
    words.addAll(
        launch.terminal() == null
            ? List.of("--new-session")
            : List.of("--dev-bind", terminals, terminals));
    if (filter != null) {
      words.addAll(List.of("--seccomp", Integer.toString(FILTER)));
    }
    words.add("--clearenv");
    Isolation.environment(launch, HOME)
        .forEach((name, value) -> words.addAll(List.of("--setenv", name, value)));
    return words;
  }

  @Override
  public String trial() {
    return outbound == null ? "exit 0" : "grep -q tap0 /proc/net/dev";
  }

  /** As on Heroku each dyno has a user of its own: {@code u} and its number. */
  private static int number(DynoId dyno) {
    return FIRST_USER + Math.floorMod(dyno.value().hashCode(), USERS);
  }

  private static byte[] passwd(int number) {
    return ("root:x:0:0:root:/root:/usr/sbin/nologin\n"
            + "u%1$d:x:%1$d:%1$d:dyno:%2$s:/bin/bash\n".formatted(number, HOME)
            + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] group(int number) {
    return "root:x:0:\ndyno:x:%d:\nnogroup:x:65534:\n"
        .formatted(number)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
