package dev.dynode.runtime;

import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.Keeper;
import dev.dynode.keeper.KeeperPlace;
import dev.dynode.libc.Libc;
import dev.dynode.libc.ProcessTable;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.runtime.cgroup.Cgroup;
import dev.dynode.runtime.files.DynoFiles;
import dev.dynode.runtime.files.GoneDynos;
import dev.dynode.runtime.files.Leftovers;
import dev.dynode.runtime.isolation.Isolation;
import dev.dynode.runtime.isolation.Plain;
import dev.dynode.runtime.isolation.Sandbox;
import dev.dynode.runtime.isolation.SandboxProbe;
import dev.dynode.runtime.isolation.SandboxSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs dynos on this machine, each in a {@link Sandbox} or, where none can be made, as a {@link
 * Plain} process. They are a {@link Keeper}'s children and outlive this process, unless it ends
 * them. Linux only. Thread-safe.
 */
public final class LocalRuntime implements ProcessRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(LocalRuntime.class);

  private static final String WEAK =
      "DYNOS ARE NOT ISOLATED: each can read this user's files and signal this user's processes,"
          + " other dynos included ({}).";

  private static final String WEAK_AS_OTHER =
      "DYNOS ARE NOT ISOLATED: all are user {}, and each can read the files of the others and signal"
          + " them ({}).";

  private final RuntimeSettings settings;
  private final GoneDynos gone;
  private final DynoFiles files;
  private final UsageReader held;
  private final Isolation isolation;
  private final Keepers keepers;
  private final Leftovers leftovers;

  /** Made ready, not started. */
  private final Map<DynoId, KeptProcess> waiting = new ConcurrentHashMap<>();

  /**
   * @param data dynos live in its folder {@code dynos}, their keeper in {@code keeper}
   * @throws IOException if this machine cannot run dynos
   */
  public LocalRuntime(Path data, RuntimeSettings settings) throws IOException {
    this(data, settings, KeeperPlace.ownCode());
  }

  /**
   * One whose keeper has other code.
   *
   * @param keeper jar or folder of its classes
   */
  public LocalRuntime(Path data, RuntimeSettings settings, Path keeper) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("Dynos run on Linux only, not on " + System.getProperty("os.name"));
    }
    this.settings = settings;
    files = new DynoFiles(data.resolve("dynos"));
    gone = new GoneDynos(data.resolve("dynos-gone"));
    leftovers = new Leftovers(files, settings.removeAgain());
    String path = data.toAbsolutePath().normalize().toString();
    String node = UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8)).toString();
    held = new UsageReader(settings, node, files);
    isolation = isolation(node);
    keepers =
        new Keepers(
            data.resolve("keeper"),
            settings,
            isolation instanceof Sandbox sandbox ? sandbox.boxes().toString() : "",
            isolation instanceof Plain plain ? plain.user() : -1,
            held,
            keeper);
  }

  private Isolation isolation(String node) throws IOException {
    if (settings.sandbox().choice() == SandboxSettings.Choice.PLAIN) {
      return plain(node, "dynode.runtime.isolation is plain");
    }
    try {
      return new SandboxProbe(files, settings.sandbox()).open();
    } catch (IOException e) {
      if (settings.sandbox().choice() == SandboxSettings.Choice.SANDBOX) {
        throw new IOException("This machine makes no sandbox for dynos: " + e.getMessage(), e);
      }
      return plain(node, "this machine makes no sandbox: " + e.getMessage());
    }
  }

  private Plain plain(String node, String why) throws IOException {
    Plain plain = Plain.open(files, settings.plain(), node);
    if (plain.user() < 0) {
      LOG.warn(WEAK, why);
    } else {
      LOG.warn(WEAK_AS_OTHER, plain.user(), why);
    }
    return plain;
  }

  /** Whether dynos are walled off from this machine and from one another. */
  public boolean isolates() {
    return isolation instanceof Sandbox;
  }

  /** Whether control groups hold what dynos may use in all. */
  boolean limitsByGroups() {
    return held.limitsByGroups();
  }

  /**
   * A command whose process has the box of a dyno from bubblewrap alone, to measure ours by; the
   * command itself where dynos are not isolated.
   *
   * @param app shown at {@code /app}; what the box needs beside is made in it
   */
  public List<String> bare(Path app, Path temporary, List<String> command) throws IOException {
    return isolation instanceof Sandbox sandbox ? sandbox.bare(app, temporary, command) : command;
  }

  /**
   * Loads what the first start would otherwise wait for (about 70 ms).
   *
   * @throws IOException if dynos do not get what they should
   */
  public void warmUp() throws IOException {
    for (boolean terminal : new boolean[] {true, false}) {
      var launch =
          new Launch(
              new AppId(Isolation.WARM_UP.value()),
              Isolation.WARM_UP,
              1,
              new SlugTree(null),
              isolation.trial(),
              Map.of(),
              terminal ? new WindowSize(80, 24) : null,
              true,
              DynoSize.ALL.getFirst());
      if (terminal) {
        prepare(launch, () -> {});
      }
      RunningProcess process = start(launch);
      byte[] buffer = new byte[1];
      while (process.read(buffer) >= 0) {
        // nothing is printed
      }
      int status = process.exit().toCompletableFuture().join().code();
      process.close();
      discard(Isolation.WARM_UP);
      if (status != 0) {
        throw new IOException(
            "A trial dyno (%s) ended with status %d".formatted(isolation.trial(), status));
      }
    }
  }

  @Override
  public void prepare(Launch launch, Runnable filesReady) throws IOException {
    isolation.prepare(launch.dyno(), launch.slug());
    filesReady.run();
    if (!isolates() || keepers.processes().stream().anyMatch(of(launch.dyno()))) {
      return;
    }
    try {
      waiting.put(launch.dyno(), start(launch, true));
    } catch (IOException e) { // what is wrong with it is told when it is started
      LOG.debug("{} is not made ready", launch.dyno(), e);
    }
  }

  @Override
  public RunningProcess start(Launch launch) throws IOException {
    KeptProcess ready = waiting.remove(launch.dyno());
    if (ready != null) {
      boolean goes = false;
      try {
        goes = ready.generation() == launch.generation() && ready.go();
      } finally {
        if (!goes) {
          discard(ready);
          ready.close();
        }
      }
      if (goes) {
        return ready;
      }
    }
    return start(launch, false);
  }

  private KeptProcess start(Launch launch, boolean waits) throws IOException {
    int running = keepers.size();
    if (running >= settings.maxProcesses()) {
      throw new IOException(
          "this host runs " + running + " dynos, the most it may (dynode.runtime.max-processes)");
    }
    isolation.prepare(launch.dyno(), launch.slug());
    files.own(launch.dyno(), launch.app());
    int processes = held.limitsProcesses() ? 0 : launch.size().processes();
    try {
      return keepers
          .current()
          .start(isolation.program(launch, held.bounds(launch), processes, waits));
    } catch (IOException e) {
      held.release(launch.dyno(), launch.generation());
      throw e;
    }
  }

  @Override
  public Recovery recover() throws IOException {
    List<KeptProcess> kept = new ArrayList<>();
    for (KeptProcess process : keepers.tell()) {
      if (process.dyno().equals(Isolation.WARM_UP)) { // the node was killed right then
        discard(Isolation.WARM_UP);
        process.close();
      } else {
        kept.add(process);
      }
    }
    Set<DynoId> left = files.all();
    kept.forEach(process -> left.remove(process.dyno()));
    held.sweep(
        kept.stream()
            .map(process -> new Cgroup.Launched(process.dyno(), process.generation()))
            .collect(Collectors.toSet()));
    Set<DynoId> ended = gone.all();
    for (DynoId dyno : left) {
      Path record = files.record(dyno);
      if (Files.exists(record)) {
        ended.add(dyno);
        gone.add(dyno); // before the record goes with the other files
        try {
          endStrangers(dyno, Files.readString(record).strip());
        } catch (IOException e) {
          LOG.warn("the launch record of {} cannot be read", dyno, e);
        }
      }
      leftovers.remove(dyno);
    }
    Map<DynoId, AppId> owners = new HashMap<>();
    for (KeptProcess process : kept) {
      DynoId dyno = process.dyno();
      try {
        files.owner(dyno).ifPresent(app -> owners.put(dyno, app));
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn("nobody knows whose dyno {} is", dyno, e);
      }
    }
    return new Recovery(List.copyOf(kept), ended, owners);
  }

  /** Ends what a dead keeper started and its guard has not ended yet. */
  private void endStrangers(DynoId dyno, String mark) {
    if (mark.isEmpty()) {
      return;
    }
    long deadline = System.nanoTime() + settings.killWithin().toNanos();
    Set<Integer> members;
    do {
      members = ProcessTable.marked(mark);
      members.forEach(pid -> Libc.kill(pid, Signal.KILL.number()));
      if (System.nanoTime() > deadline) {
        LOG.error("processes {} of {} do not end", members, dyno);
        return;
      }
    } while (!members.isEmpty());
  }

  @Override
  public void discard(DynoId dyno) throws IOException {
    for (KeptProcess process : keepers.processes()) {
      if (of(dyno).test(process)) {
        discard(process);
      }
    }
    KeptProcess ready = waiting.remove(dyno);
    if (ready != null) {
      ready.close();
    }
    leftovers.remove(dyno);
  }

  private static Predicate<KeptProcess> of(DynoId dyno) {
    return process -> process.dyno().equals(dyno);
  }

  private void discard(KeptProcess process) throws IOException {
    process.kill(settings);
    process.forget();
    held.release(process.dyno(), process.generation());
  }

  @Override
  public int filesLeft() {
    return leftovers.count();
  }

  @Override
  public void keepFor(Duration time) throws IOException {
    keepers.keepFor(time);
  }

  @Override
  public void leave() {
    leftovers.close();
    keepers.leave();
    held.leave();
  }

  @Override
  public void close() {
    leftovers.close();
    List<KeptProcess> last = keepers.processes();
    keepers.close();
    try {
      for (KeptProcess process : last) {
        held.release(process.dyno(), process.generation());
      }
    } catch (IOException e) {
      LOG.warn("control groups are left", e);
    }
    isolation.close();
    held.leave();
  }
}
