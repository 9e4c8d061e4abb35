package dev.dynode.runtime;

import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.runtime.KeeperProtocol.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Runs dynos as plain processes of this user: each with its own copy of the slug, session and
 * terminal or pipes. It does not isolate them from one another or from this user's other files.
 * They are a {@link Keeper}'s children and outlive this process, unless it ends them. Linux only.
 * Thread-safe.
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
  private final Keepers keepers;

  /**
   * @param data dynos live in its folder {@code dynos}, their keeper in {@code keeper}
   * @throws IOException if this machine cannot run dynos
   */
  public LocalRuntime(Path data, RuntimeSettings settings) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("Dynos run on Linux only, not on " + System.getProperty("os.name"));
    }
    this.settings = settings;
    files = new DynoFiles(data.resolve("dynos"));
    shell = Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh";
    keepers = new Keepers(data.resolve("keeper"), settings);
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
    KeeperLink keeper = keepers.current();
    if (keeper.size() >= settings.maxProcesses()) {
      throw new IOException(
          "this host runs "
              + keeper.size()
              + " dynos, the most it may (dynode.runtime.max-processes)");
    }
    prepare(launch.dyno(), launch.slug());
    return keeper.start(program(launch));
  }

  private Program program(Launch launch) {
    Path home = files.app(launch.dyno());
    Map<String, String> environment = new HashMap<>(launch.environment());
    environment.putIfAbsent("PATH", PATH);
    environment.putIfAbsent("PS1", PROMPT);
    environment.put("HOME", home.toString());
    environment.put("PWD", home.toString());
    environment.putIfAbsent("TMPDIR", files.temporary(launch.dyno()).toString());
    boolean profiles =
        Files.exists(home.resolve(".profile")) || Files.exists(home.resolve(".profile.d"));
    WindowSize window = launch.terminal();
    return new Program(
        launch.dyno() + ":" + launch.generation(),
        profiles
            ? List.of(shell, "-c", WITH_PROFILES, shell, launch.script())
            : List.of(shell, "-c", launch.script()),
        environment,
        home.toString(),
        files.record(launch.dyno()).toString(),
        window == null ? 0 : window.columns(),
        window == null ? 0 : window.rows(),
        launch.input());
  }

  @Override
  public Recovery recover() throws IOException {
    List<KeptProcess> kept = keepers.current().tell();
    Set<DynoId> left = files.all();
    kept.forEach(process -> left.remove(process.dyno()));
    Set<DynoId> ended = new HashSet<>();
    for (DynoId dyno : left) {
      Path record = files.record(dyno);
      if (Files.exists(record)) {
        endStrangers(Files.readString(record).strip());
        ended.add(dyno);
      }
      files.delete(dyno);
    }
    return new Recovery(List.copyOf(kept), ended);
  }

  /** Ends what a dead keeper started and its guard has not ended yet. */
  private static void endStrangers(String mark) {
    if (mark.isEmpty()) {
      return;
    }
    Set<Integer> members;
    do {
      members = ProcessTable.marked(mark);
      members.forEach(pid -> Libc.kill(pid, Signal.KILL.number()));
    } while (!members.isEmpty());
  }

  @Override
  public void discard(DynoId dyno) throws IOException {
    for (KeptProcess process : keepers.processes()) {
      if (process.dyno().equals(dyno)) {
        process.kill(settings);
        keepers.current().forget(process.launch());
      }
    }
    files.delete(dyno);
  }

  @Override
  public void leave() {
    keepers.leave();
  }

  @Override
  public void close() {
    keepers.close();
  }
}
