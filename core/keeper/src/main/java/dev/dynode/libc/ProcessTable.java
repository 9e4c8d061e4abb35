package dev.dynode.libc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which processes belong to a launch, by {@code /proc}: the first one and all descendants, those it
 * orphaned (they become the keeper's children), and all that carry its mark in their environment.
 */
public final class ProcessTable {
  /** Name of the variable that marks the processes of a launch. */
  public static final String MARK = "DYNODE_LAUNCH";

  private static final Path PROC = Path.of("/proc");
  private static final Set<String> MEMORY = Set.of("RssAnon:", "RssShmem:", "VmSwap:");

  private ProcessTable() {}

  /**
   * One line of the table.
   *
   * @param started clock ticks since boot: with the id, the identity of a process
   */
  public record Line(int pid, int parent, int session, char state, long started) {
    public boolean ended() {
      return state == 'Z' || state == 'X';
    }
  }

  /** Every process of this machine we may see. */
  public static Map<Integer, Line> read() {
    Map<Integer, Line> table = new HashMap<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path folder : folders) {
        Line line = line(Integer.parseInt(folder.getFileName().toString()));
        if (line != null) {
          table.put(line.pid(), line);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("/proc cannot be read", e);
    }
    return table;
  }

  public static @Nullable Line line(int pid) {
    try {
      String stat = text(pid, "stat");
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return new Line(
          pid,
          Integer.parseInt(fields[1]),
          Integer.parseInt(fields[3]),
          fields[0].charAt(0),
          Long.parseLong(fields[19]));
    } catch (IOException | RuntimeException e) {
      return null; // it ended meanwhile
    }
  }

  /**
   * Live processes of a launch: the first one, the keeper's orphans of its session or with its
   * mark, and all their descendants.
   *
   * @param others first processes of other launches, which are no orphans
   */
  public static Set<Integer> members(int leader, String mark, int keeper, Set<Integer> others) {
    Map<Integer, Line> table = read();
    Map<Integer, List<Integer>> children = new HashMap<>();
    var open = new ArrayDeque<Integer>();
    for (Line line : table.values()) {
      children.computeIfAbsent(line.parent(), _ -> new ArrayList<>()).add(line.pid());
      boolean orphan = line.parent() == keeper && !others.contains(line.pid());
      if (line.pid() == leader
          || line.session() == leader
          || (orphan && carries(line.pid(), mark))) {
        open.add(line.pid());
      }
    }
    Set<Integer> members = new HashSet<>();
    while (!open.isEmpty()) {
      int pid = open.poll();
      if (members.add(pid)) {
        open.addAll(children.getOrDefault(pid, List.of()));
      }
    }
    members.removeIf(
        pid -> {
          Line line = table.get(pid);
          return line == null || line.ended();
        });
    return members;
  }

  /**
   * Live processes in a box: what descends from its first process, without that one, which ends
   * when they have, and the monitor that waits outside.
   */
  public static Set<Integer> boxed(int monitor) {
    Map<Integer, List<Integer>> children = new HashMap<>();
    for (Line line : read().values()) {
      if (!line.ended()) {
        children.computeIfAbsent(line.parent(), _ -> new ArrayList<>()).add(line.pid());
      }
    }
    var open = new ArrayDeque<Integer>();
    for (int first : children.getOrDefault(monitor, List.of())) {
      open.addAll(children.getOrDefault(first, List.of()));
    }
    Set<Integer> members = new HashSet<>();
    while (!open.isEmpty()) {
      int pid = open.poll();
      if (members.add(pid)) {
        open.addAll(children.getOrDefault(pid, List.of()));
      }
    }
    return members;
  }

  /** The same of a list that has all of them. */
  public static Set<Integer> boxed(int monitor, Set<Integer> group) {
    Set<Integer> members = new HashSet<>();
    for (int pid : group) {
      Line line = pid == monitor ? null : line(pid);
      if (line != null && line.parent() != monitor && !line.ended()) {
        members.add(pid);
      }
    }
    return members;
  }

  /** Memory of a process that is no file's, swapped out or not; 0 once it has ended. */
  public static long residentBytes(int pid) {
    long sum = 0;
    try {
      for (String line : text(pid, "status").split("\n", -1)) {
        if (MEMORY.contains(line.substring(0, line.indexOf(':') + 1))) {
          sum += 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException e) {
      return 0; // it ended
    }
    return sum;
  }

  /** Live processes anywhere that carry the mark. */
  public static Set<Integer> marked(String mark) {
    Set<Integer> marked = new HashSet<>(read().keySet());
    marked.removeIf(pid -> hasEnded(pid) || !carries(pid, mark));
    return marked;
  }

  private static boolean hasEnded(int pid) {
    Line line = line(pid);
    return line == null || line.ended();
  }

  /** Clock ticks since boot, as {@link Line#started} counts them. */
  public static long now() {
    try {
      String uptime = Files.readString(PROC.resolve("uptime")); // seconds, with two decimals
      return Long.parseLong(uptime.substring(0, uptime.indexOf(' ')).replace(".", ""));
    } catch (IOException e) {
      throw new IllegalStateException("/proc cannot be read", e);
    }
  }

  /** Whether a process was there before that time. */
  public static boolean startedBefore(int pid, long ticks) {
    Line line = line(pid);
    return line != null && line.started() < ticks;
  }

  /** A process's children now, ended ones included; empty where the kernel does not tell. */
  public static Set<Integer> children(int parent) {
    Set<Integer> children = new HashSet<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(parent + "/task"))) {
      for (Path thread : threads) {
        try {
          for (String pid : Files.readString(thread.resolve("children")).split(" ", -1)) {
            if (!pid.isBlank()) {
              children.add(Integer.parseInt(pid.strip()));
            }
          }
        } catch (IOException e) {
          // the thread ended
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      children.clear(); // the process ended
    }
    return children;
  }

  /** The mark a process was started with; null if it has none, or is not ours. */
  public static @Nullable String mark(int pid) {
    try {
      for (String variable : environment(pid).split("\0", -1)) {
        if (variable.startsWith(MARK + "=")) {
          return variable.substring(MARK.length() + 1);
        }
      }
    } catch (IOException e) {
      // it ended
    }
    return null;
  }

  /** Whether the process was started with this mark, or one that begins with it. */
  public static boolean carries(int pid, String mark) {
    try {
      return environment(pid).contains(MARK + "=" + mark);
    } catch (IOException e) {
      return false; // ended, or not ours
    }
  }

  private static String environment(int pid) throws IOException {
    try {
      return text(pid, "environ");
    } catch (AccessDeniedException e) {
      // A root without power to trace. Only on a thread that keeps its user, as no virtual one
      // does.
      if (Libc.user() != 0 || Thread.currentThread().isVirtual()) {
        throw e;
      }
      int owner = (int) Files.getAttribute(PROC.resolve(Integer.toString(pid)), "unix:uid");
      if (owner == 0) {
        throw e;
      }
      return Identity.as(owner, () -> text(pid, "environ"));
    }
  }

  private static String text(int pid, String file) throws IOException {
    return new String(
        Files.readAllBytes(PROC.resolve(pid + "/" + file)), StandardCharsets.ISO_8859_1);
  }
}
