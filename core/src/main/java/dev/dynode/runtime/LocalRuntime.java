package dev.dynode.runtime;

import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs dynos as plain processes of this user: each with its own copy of the slug, session and
 * terminal or pipes. It does not isolate them from one another or from this user's other files.
 * Nothing of them outlives this process. Linux only. Thread-safe.
 */
public final class LocalRuntime implements ProcessRuntime {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String PROMPT =
      "\\[\\033[01;34m\\]\\w\\[\\033[00m\\] \\[\\033[01;32m\\]$ \\[\\033[00m\\]";

  /** Start order of Heroku's article "Dyno Startup Behavior". */
  private static final String WITH_PROFILES =
      "for profile in \"$HOME\"/.profile.d/*.sh; do [ -f \"$profile\" ] && . \"$profile\"; done;"
          + " unset profile; [ -f \"$HOME/.profile\" ] && . \"$HOME/.profile\"; exec \"$0\" -c \"$1\"";

  private final RuntimeSettings settings;
  private final DynoFiles files;
  private final String shell;
  private final String node = UUID.randomUUID().toString();
  private final Poller poller;
  private final Spawner spawner;
  private final Guard guard;
  private final Map<DynoId, LocalProcess> running = new ConcurrentHashMap<>();

  /**
   * @param data dynos live in its folder {@code dynos}
   * @throws IOException if this machine cannot run dynos
   */
  public LocalRuntime(Path data, RuntimeSettings settings) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("Dynos run on Linux only, not on " + System.getProperty("os.name"));
    }
    this.settings = settings;
    files = new DynoFiles(data.resolve("dynos"));
    shell = Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh";
    Libc.adoptOrphans();
    spawner = new Spawner();
    poller = new Poller();
    guard = new Guard(spawner, node);
  }

  /** Loads what the first start would otherwise wait for (about 70 ms). */
  public void warmUp() throws IOException {
    for (boolean terminal : new boolean[] {true, false}) {
      var launch =
          new Launch(
              new DynoId(UUID.randomUUID()),
              1,
              new SlugTree(null),
              "exit 0",
              Map.of(),
              terminal ? new WindowSize(80, 24) : null,
              true);
      RunningProcess process = start(launch);
      byte[] buffer = new byte[1];
      while (process.read(buffer) >= 0) {
        // nothing is printed
      }
      process.exit().toCompletableFuture().join();
      process.close();
      discard(launch.dyno());
    }
  }

  @Override
  public void prepare(DynoId dyno, SlugTree slug) throws IOException {
    files.prepare(dyno, slug.directory());
  }

  @Override
  public RunningProcess start(Launch launch) throws IOException {
    if (running.size() >= settings.maxProcesses()) {
      throw new IOException(
          "this host runs "
              + running.size()
              + " dynos, the most it may (dynode.runtime.max-processes)");
    }
    prepare(launch.dyno(), launch.slug());
    String mark = node + ":" + launch.dyno() + ":" + launch.generation();
    Files.writeString(files.of(launch.dyno()).resolve("launch"), mark + "\n");
    LocalProcess process =
        launch.terminal() == null
            ? onPipes(launch, mark)
            : onTerminal(launch, launch.terminal(), mark);
    running.put(launch.dyno(), process);
    var _ = process.exit().thenRun(() -> running.remove(launch.dyno(), process));
    return process;
  }

  private LocalProcess onTerminal(Launch launch, WindowSize size, String mark) throws IOException {
    Libc.Pty pty = Libc.openPty();
    @Nullable Stream master = null;
    try {
      Libc.windowSize(pty.master(), size.columns(), size.rows());
      master = new Stream(poller, pty.master());
      int pid = spawn(launch, mark, new Spawner.Source.File(pty.slave(), Libc.O_RDWR), null);
      return new LocalProcess(
          launch.dyno(), launch.generation(), mark, pid, poller, master, master, true, settings);
    } catch (IOException e) {
      close(master, pty.master());
      throw e;
    }
  }

  private LocalProcess onPipes(Launch launch, String mark) throws IOException {
    List<Integer> open = new ArrayList<>();
    try {
      int[] out = pipe(open);
      Spawner.Source input = new Spawner.Source.File("/dev/null", Libc.O_RDWR);
      int @Nullable [] in = null;
      if (launch.input()) {
        in = pipe(open);
        input = new Spawner.Source.Descriptor(in[0]);
      }
      Libc.nonBlocking(out[0]);
      if (in != null) {
        Libc.nonBlocking(in[1]);
      }
      int pid = spawn(launch, mark, input, new Spawner.Source.Descriptor(out[1]));
      close(open, out[1]);
      @Nullable Stream typed = null;
      if (in != null) {
        close(open, in[0]);
        typed = new Stream(poller, in[1]);
        open.remove(Integer.valueOf(in[1]));
      }
      var printed = new Stream(poller, out[0]);
      open.remove(Integer.valueOf(out[0]));
      return new LocalProcess(
          launch.dyno(), launch.generation(), mark, pid, poller, printed, typed, false, settings);
    } catch (IOException e) {
      open.forEach(Libc::close);
      throw e;
    }
  }

  private static int[] pipe(List<Integer> open) throws IOException {
    int[] ends = Libc.pipe();
    open.add(ends[0]);
    open.add(ends[1]);
    return ends;
  }

  private static void close(List<Integer> open, int fd) {
    Libc.close(fd);
    open.remove(Integer.valueOf(fd));
  }

  private static void close(@Nullable Stream stream, int fd) {
    if (stream == null) {
      Libc.close(fd);
    } else {
      stream.close();
    }
  }

  private int spawn(
      Launch launch, String mark, Spawner.Source input, Spawner.@Nullable Source output)
      throws IOException {
    Path home = files.app(launch.dyno());
    Map<String, String> environment = new HashMap<>(launch.environment());
    environment.putIfAbsent("PATH", PATH);
    environment.putIfAbsent("PS1", PROMPT);
    environment.put("HOME", home.toString());
    environment.put("PWD", home.toString());
    environment.putIfAbsent("TMPDIR", files.temporary(launch.dyno()).toString());
    environment.put(ProcessTable.MARK, mark);
    boolean profiles =
        Files.exists(home.resolve(".profile")) || Files.exists(home.resolve(".profile.d"));
    List<String> command =
        profiles
            ? List.of(shell, "-c", WITH_PROFILES, shell, launch.script())
            : List.of(shell, "-c", launch.script());
    return spawner.spawn(command, environment, home, input, output);
  }

  @Override
  public Recovery recover() throws IOException {
    Set<DynoId> left = files.all();
    for (DynoId dyno : left) {
      Path record = files.of(dyno).resolve("launch");
      if (Files.exists(record)) {
        endStrangers(Files.readString(record).strip());
      }
      files.delete(dyno);
    }
    return new Recovery(List.of(), left);
  }

  /** Ends what an earlier life of this node started and its guard has not ended yet. */
  private static void endStrangers(String mark) {
    if (mark.isEmpty()) {
      return;
    }
    Set<Integer> members;
    do {
      members = ProcessTable.members(-1, mark, true);
      members.forEach(pid -> Libc.kill(pid, Signal.KILL.number()));
    } while (!members.isEmpty());
  }

  @Override
  public void discard(DynoId dyno) throws IOException {
    LocalProcess process = running.get(dyno);
    if (process != null) {
      process.kill();
    }
    files.delete(dyno);
  }

  @Override
  public void close() {
    running
        .values()
        .forEach(
            process -> {
              process.kill();
              process.close();
            });
    guard.close();
    spawner.close();
    poller.close();
  }
}
