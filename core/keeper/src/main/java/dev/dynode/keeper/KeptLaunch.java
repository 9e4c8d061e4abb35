package dev.dynode.keeper;

import dev.dynode.keeper.KeeperProtocol.Box;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.keeper.KeeperProtocol.Report;
import dev.dynode.libc.Identity;
import dev.dynode.libc.Libc;
import dev.dynode.libc.ProcessTable;
import dev.dynode.libc.Spawner;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A launch in its keeper. For the keeper's thread. */
final class KeptLaunch {
  static final int SIGKILL = 9;

  /** Of each launch, from its first on: exit, output, connect, connected. */
  static final int KEYS = 4;

  private static final String WHEN_READY = "read -r _ <&3; exec 3<&-; exec \"$@\"";

  /**
   * Output kept for a node that has not stored it yet; a program that prints more waits. Longer
   * than the longest line, or it would wait for ever.
   */
  static final int MOST_KEPT = 32 * 1024;

  private final String name;
  private final String mark;
  private final int pid;
  private final int pidfd;
  private final boolean terminal;
  private final int output;
  private final boolean retained;
  private final boolean boxed;
  private final boolean trial;
  private final Path record;
  private final @Nullable Outbound outbound;
  private final @Nullable Gate gate;
  private final long key;
  private boolean waits;
  private boolean abandoned;
  private int input;
  private int status = -1;
  private boolean swept;
  private long sweepUntil;
  private final Set<Integer> killed = new HashSet<>();

  private byte[] kept = {};
  private long released;
  private long wanted = -1;
  private boolean complete;

  private KeptLaunch(
      Program program,
      String mark,
      int pid,
      int input,
      int output,
      @Nullable Outbound outbound,
      @Nullable Gate gate,
      long key)
      throws IOException {
    this.name = program.launch();
    this.mark = mark;
    this.pid = pid;
    this.input = input;
    this.output = output;
    this.terminal = program.columns() > 0;
    this.retained = !program.input();
    this.boxed = program.box() != null;
    this.trial = program.trial();
    this.record = Path.of(program.record());
    this.outbound = outbound;
    this.gate = gate;
    this.waits = program.waits();
    this.key = key;
    pidfd = Libc.pidfd(pid);
  }

  /**
   * Writes the record, then starts the program on a terminal or pipes of its own. One that waits
   * has no record before it goes: it was never started.
   *
   * @param boxes null where this keeper makes none
   */
  static KeptLaunch start(String keeper, Program program, long key, @Nullable Overlays boxes)
      throws IOException {
    String mark = keeper + ":" + program.launch();
    Map<String, String> environment = new HashMap<>(program.environment());
    environment.put(ProcessTable.MARK, mark);
    if (!program.waits()) {
      record(Path.of(program.record()), mark);
    }
    List<Integer> open = new ArrayList<>();
    Outbound outbound = null;
    Gate gate = null;
    try {
      Box box = program.box();
      List<Integer> last = new ArrayList<>();
      if (box != null && !box.outbound().isEmpty()) {
        outbound =
            new Outbound(
                box.outbound(), Map.of("PATH", ShellDefaults.PATH, ProcessTable.MARK, mark));
        last.add(outbound.tell());
      }
      if (outbound != null || program.waits()) {
        gate = new Gate((outbound == null ? 0 : 1) + (program.waits() ? 1 : 0));
        last.add(gate.fd());
      }
      try {
        if (boxes == null || box == null) {
          Start start = (input, output) -> plain(program, environment, input, output);
          return start(program, mark, start, open, outbound, gate, key);
        }
        Start start =
            (input, output) -> boxes.start(program, box, environment, input, output, last);
        try (var _ = boxes.room(program, box)) { // a terminal is one of the box, too
          return start(program, mark, start, open, outbound, gate, key);
        }
      } finally {
        if (outbound != null) {
          Libc.close(outbound.tell());
        }
      }
    } catch (IOException e) {
      open.forEach(Libc::close);
      if (outbound != null) {
        outbound.close();
      }
      if (gate != null) {
        gate.close();
      }
      throw e;
    }
  }

  private static void record(Path record, String mark) throws IOException {
    Files.writeString(record, mark + "\n");
  }

  private static KeptLaunch start(
      Program program,
      String mark,
      Start start,
      List<Integer> open,
      @Nullable Outbound outbound,
      @Nullable Gate gate,
      long key)
      throws IOException {
    if (program.columns() > 0) {
      Libc.Pty pty = Libc.openPty();
      open.add(pty.master());
      Libc.windowSize(pty.master(), program.columns(), program.rows());
      if (program.user() >= 0) {
        Libc.own(pty.slave(), program.user());
      }
      int controlling = program.box() == null ? 0 : Libc.O_NOCTTY; // a box takes it itself
      int pid = start.start(new Spawner.Source.File(pty.slave(), Libc.O_RDWR | controlling), null);
      return new KeptLaunch(program, mark, pid, -1, pty.master(), outbound, gate, key);
    }
    int[] out = pipe(open, 0);
    int[] in = program.input() ? pipe(open, 1) : new int[] {-1, -1};
    for (int fd : List.of(out[1], in[0])) {
      if (fd >= 0 && program.user() >= 0) {
        Libc.own(fd, program.user()); // or /dev/stdout could not be opened
      }
    }
    int pid =
        start.start(
            program.input()
                ? new Spawner.Source.Descriptor(in[0])
                : new Spawner.Source.File("/dev/null", Libc.O_RDWR),
            new Spawner.Source.Descriptor(out[1]));
    Libc.close(out[1]);
    if (program.input()) {
      Libc.close(in[0]);
    }
    return new KeptLaunch(program, mark, pid, in[1], out[0], outbound, gate, key);
  }

  private static int plain(
      Program program,
      Map<String, String> environment,
      Spawner.Source input,
      Spawner.@Nullable Source output)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", WHEN_READY, "sh"));
    command.addAll(program.command());
    return BoundedChild.start(
        program.bounds(),
        program.user(),
        ready ->
            Identity.asIf(
                program.user(),
                () ->
                    Spawner.spawn(
                        command,
                        environment,
                        Path.of(program.folder()),
                        input,
                        output,
                        List.of(ready))));
  }

  private interface Start {
    int start(Spawner.Source input, Spawner.@Nullable Source output) throws IOException;
  }

  /** A pipe whose end on our side does not block. */
  private static int[] pipe(List<Integer> open, int ours) throws IOException {
    int[] ends = Libc.pipe();
    open.add(ends[0]);
    open.add(ends[1]);
    Libc.nonBlocking(ends[ours]);
    return ends;
  }

  String name() {
    return name;
  }

  int pid() {
    return pid;
  }

  int pidfd() {
    return pidfd;
  }

  int output() {
    return output;
  }

  boolean retained() {
    return retained;
  }

  long exitKey() {
    return key;
  }

  long outputKey() {
    return key + 1;
  }

  /** Readable once its own network can be connected; -1 where it has none. */
  int told() {
    return outbound == null ? -1 : outbound.told();
  }

  long connectKey() {
    return key + 2;
  }

  /** Readable once its own network is connected, or never will be; -1 where it has none. */
  int up() {
    return outbound == null ? -1 : outbound.up();
  }

  long connectedKey() {
    return key + 3;
  }

  void connect(MemorySegment buffer, MemorySegment state) throws IOException {
    if (outbound != null) {
      outbound.connect(buffer, state);
    }
  }

  /** It waits no longer for its network. */
  void connected() throws IOException {
    if (gate != null) {
      gate.unlock();
    }
  }

  /** Whether it may not run before {@link #go}. */
  boolean waits() {
    return waits;
  }

  /** Lets it run, if it waits. From here on it has been started. */
  void go() throws IOException {
    if (waits && gate != null) {
      record(record, mark);
      waits = false;
      gate.unlock();
    }
  }

  /** Ends what waits in vain: who could let it run is gone. */
  void abandon() {
    abandoned = true;
    if (status < 0) {
      Libc.kill(pid, SIGKILL);
    }
  }

  boolean abandoned() {
    return abandoned;
  }

  /** Its status, once it has ended. */
  int status() {
    return status;
  }

  boolean trial() {
    return trial;
  }

  /** Whether nobody can want to know how it ended: a trial, or its dyno's files are gone. */
  boolean nobodys() {
    return trial || Files.notExists(record);
  }

  /** Whether nothing of it runs any more. */
  boolean ended() {
    return swept;
  }

  /** What a node is handed: none of a launch whose output is read here. */
  int[] descriptors() {
    return retained ? new int[0] : input < 0 ? new int[] {output} : new int[] {input, output};
  }

  Report.Kept kept() {
    return new Report.Kept(
        name,
        pid,
        terminal,
        input >= 0,
        retained,
        swept ? status : -1,
        released,
        descriptors().length);
  }

  void closeInput() {
    if (input >= 0) {
      Libc.close(input);
      input = -1;
    }
  }

  void close() {
    closeInput();
    Libc.close(output);
    Libc.close(pidfd);
  }

  /** Takes the status: the code, or 128 + the signal, as the shell numbers it. */
  void reap() {
    Integer raw = Libc.reap(pid);
    status = Libc.code(raw == null ? SIGKILL : raw);
    if (outbound != null) {
      outbound.close();
    }
    if (gate != null) {
      gate.close();
    }
  }

  void sweepUntil(long nanoTime) {
    sweepUntil = nanoTime;
  }

  /**
   * Kills what the first process left behind.
   *
   * @param orphans the keeper's children that lead no launch
   * @return whether nothing is left, or it does not die
   */
  boolean swept(int keeper, Set<Integer> orphans, Set<Integer> leaders) {
    if (boxed) {
      swept = boxEmpty() || System.nanoTime() - sweepUntil >= 0;
      return swept;
    }
    boolean ours = !killed.isEmpty();
    for (int orphan : orphans) {
      ProcessTable.Line line = ProcessTable.line(orphan);
      ours |= line != null && (line.session() == pid || ProcessTable.carries(orphan, mark));
    }
    if (ours) {
      Set<Integer> members = ProcessTable.members(pid, mark, keeper, leaders);
      members.remove(pid);
      members.forEach(member -> Libc.kill(member, SIGKILL));
      killed.addAll(members);
      killed.forEach(Libc::reap);
      if (!members.isEmpty() && System.nanoTime() - sweepUntil < 0) {
        return false;
      }
      orphans.forEach(this::reapOurs);
    }
    swept = true;
    return true;
  }

  /**
   * The box's own first process ends with its monitor, takes everything else in the box with it,
   * and can be reaped once nothing of that is left. It alone is in the monitor's process group.
   */
  private boolean boxEmpty() {
    int reaped;
    do {
      Libc.kill(-pid, SIGKILL);
      reaped = Libc.reapGroup(pid);
    } while (reaped > 0);
    return reaped == -Libc.ECHILD;
  }

  private void reapOurs(int orphan) {
    ProcessTable.Line line = ProcessTable.line(orphan);
    if (line != null && line.ended()) {
      Libc.reap(orphan);
    }
  }

  /** The node wants output from this offset on, and has stored what is before the other. */
  void want(long storedTo, long from) {
    long drop = Math.min(storedTo - released, kept.length);
    if (drop > 0) {
      kept = Arrays.copyOfRange(kept, (int) drop, kept.length);
      released += drop;
    }
    wanted = Math.max(from, released);
  }

  void nobodyWants() {
    wanted = -1;
  }

  /** What comes of a wish. */
  sealed interface Next {
    record Nothing() implements Next {}

    record Later() implements Next {}

    record Now(Report.Output output) implements Next {}
  }

  /** What the node asked for, if it asked. */
  Next next(MemorySegment buffer, MemorySegment state) {
    if (wanted < 0) {
      return new Next.Nothing();
    }
    int room = MOST_KEPT - kept.length;
    if (wanted >= released + kept.length && !complete && room > 0) {
      long n = Libc.read(output, buffer, Math.min(room, buffer.byteSize()), state);
      if (n > 0) {
        int had = kept.length;
        kept = Arrays.copyOf(kept, had + (int) n);
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, kept, had, (int) n);
      } else if (n == -Libc.EAGAIN || n == -Libc.EINTR) {
        return new Next.Later();
      } else {
        complete = true;
      }
    }
    int at = (int) (wanted - released);
    if (at >= kept.length && !complete) {
      return new Next.Nothing(); // nothing more fits until the node has stored some
    }
    byte[] bytes = at < kept.length ? Arrays.copyOfRange(kept, at, kept.length) : new byte[0];
    var output = new Report.Output(name, wanted, bytes, bytes.length == 0);
    wanted = -1;
    return new Next.Now(output);
  }
}
