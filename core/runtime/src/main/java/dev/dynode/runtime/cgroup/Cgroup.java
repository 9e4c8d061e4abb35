package dev.dynode.runtime.cgroup;

import dev.dynode.domain.id.DynoId;
import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.runtime.cgroup.CgroupPlaces.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The control group of one launch: all its processes, however they hide, with what they may use.
 * Thread-safe. Readings of a controller the machine does not give are 0.
 */
public final class Cgroup {
  /** Nothing leaves a group again, so each folder's file takes the shell itself: "0". */
  private static final String ENTER =
      "while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 126; shift; done; shift; exec \"$@\"";

  private static final long PAUSE_NANOS = 1_000_000;

  private final CgroupPlaces places;
  private final CgroupSettings settings;

  Cgroup(CgroupPlaces places, CgroupSettings settings) {
    this.places = places;
    this.settings = settings;
  }

  /** Which launch of which dyno. */
  public record Launched(DynoId dyno, int generation) {
    /** As a group's name. */
    @Override
    public String toString() {
      return dyno + "." + generation;
    }

    /** The launch a group is named after; null if it is another name. */
    static @Nullable Launched named(String name) {
      int dot = name.indexOf('.');
      try {
        return dot < 0
            ? null
            : new Launched(
                DynoId.of(name.substring(0, dot)), Integer.parseInt(name.substring(dot + 1)));
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
  }

  void limit(Limits limits) throws IOException {
    Place memory = places.memory();
    if (memory != null) {
      String hard = Long.toString(settings.hardBytes(limits.memoryBytes()));
      Files.writeString(memory.file("memory.limit_in_bytes", "memory.max"), hard);
      // no swap: of version 1 the sum is limited, of version 2 the swap alone
      Path swap = memory.file("memory.memsw.limit_in_bytes", "memory.swap.max");
      if (Files.exists(swap)) {
        Files.writeString(swap, memory.version() == 1 ? hard : "0");
      }
      Path together = memory.folder().resolve("memory.oom.group");
      if (Files.exists(together)) {
        Files.writeString(together, "1");
      }
    }
    Place pids = places.pids();
    if (pids != null) {
      Files.writeString(pids.folder().resolve("pids.max"), Integer.toString(limits.processes()));
    }
    Place cpu = places.cpu();
    if (cpu != null) {
      int unit = cpu.version() == 1 ? 1024 : 100;
      Files.writeString(
          cpu.file("cpu.shares", "cpu.weight"), Integer.toString(unit * limits.cpuShare()));
    }
  }

  /**
   * The command, started by a shell that first puts itself into the group. It fails with status 126
   * rather than run outside.
   */
  List<String> enter(List<String> command) {
    List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", ENTER, "dynode-enter"));
    all.addAll(doors());
    all.add("--");
    all.addAll(command);
    return List.copyOf(all);
  }

  /** Files into which an id is written to put a process of one thread into the group. */
  public List<String> doors() {
    return places.doors();
  }

  /**
   * What a dyno's memory is made of, in bytes.
   *
   * @param resident anonymous and shared memory, files in memory file systems included: version 1
   *     {@code total_rss + total_shmem}, version 2 {@code anon + shmem} of {@code memory.stat}
   * @param swap version 1 {@code total_swap}, version 2 {@code memory.swap.current}
   * @param cache other file cache, which the kernel drops when memory is short: version 1 {@code
   *     total_cache - total_shmem}, version 2 {@code file - shmem}
   */
  public record Memory(long resident, long swap, long cache) {}

  public Memory memory() throws IOException {
    Place memory = places.memory();
    if (memory == null) {
      return new Memory(0, 0, 0);
    }
    Map<String, Long> stat = numbers(memory.folder().resolve("memory.stat"));
    if (memory.version() == 1) {
      long shared = stat.getOrDefault("total_shmem", 0L);
      return new Memory(
          stat.getOrDefault("total_rss", 0L) + shared,
          stat.getOrDefault("total_swap", 0L),
          Math.max(0, stat.getOrDefault("total_cache", 0L) - shared));
    }
    long shared = stat.getOrDefault("shmem", 0L);
    Path swap = memory.folder().resolve("memory.swap.current");
    return new Memory(
        stat.getOrDefault("anon", 0L) + shared,
        Files.exists(swap) ? Long.parseLong(Files.readString(swap).strip()) : 0,
        Math.max(0, stat.getOrDefault("file", 0L) - shared));
  }

  /** Resident and swapped memory, without cache: what the quota is measured by. */
  public long memoryBytes() throws IOException {
    Memory now = memory();
    return now.resident() + now.swap();
  }

  /** Processes the kernel has killed here because memory was at its hard limit. */
  public long oomKills() throws IOException {
    Place memory = places.memory();
    return memory == null
        ? 0
        : numbers(memory.file("memory.oom_control", "memory.events")).getOrDefault("oom_kill", 0L);
  }

  /** How often a process or thread was not made because there were as many as allowed. */
  public long processLimitHits() throws IOException {
    Place pids = places.pids();
    return pids == null ? 0 : numbers(pids.folder().resolve("pids.events")).getOrDefault("max", 0L);
  }

  /** Ids of the processes in it that made no groups below it, as none in a box can. */
  public Set<Integer> members() throws IOException {
    Set<Integer> members = new HashSet<>();
    for (String line : Files.readAllLines(places.existing().getFirst().resolve("cgroup.procs"))) {
      members.add(Integer.valueOf(line));
    }
    return members;
  }

  /** Ids of all processes in it now, stopped ones included; never our own. */
  Set<Integer> processes() throws IOException {
    Set<Integer> all = new HashSet<>();
    for (Path folder : places.existing()) {
      for (Path group : tree(folder)) {
        try {
          Files.readAllLines(group.resolve("cgroup.procs"))
              .forEach(line -> all.add(Integer.valueOf(line)));
        } catch (NoSuchFileException e) {
          // removed meanwhile
        } catch (IOException e) {
          if (Files.isDirectory(group)) { // reading one that goes away: no such device
            throw e;
          }
        }
      }
    }
    all.remove(0); // of another pid namespace
    all.remove(Math.toIntExact(ProcessHandle.current().pid()));
    return all;
  }

  /**
   * Kills all processes in it until none is left; first none may be made any more.
   *
   * @return whether it is empty; false if some did not end within {@link CgroupSettings#endWithin},
   *     such as ones that wait for a broken disk
   */
  boolean kill() throws IOException {
    long deadline = System.nanoTime() + settings.endWithin().toNanos();
    Place pids = places.pids();
    if (pids != null && Files.isDirectory(pids.folder())) {
      Files.writeString(pids.folder().resolve("pids.max"), "0");
    }
    Place unified = places.unified();
    Path atOnce = unified == null ? null : unified.folder().resolve("cgroup.kill");
    while (true) {
      if (atOnce != null && Files.exists(atOnce)) {
        Files.writeString(atOnce, "1");
      }
      Set<Integer> left = processes();
      if (left.isEmpty()) {
        return true;
      }
      left.forEach(pid -> Libc.kill(pid, Signal.KILL.number()));
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * Removes the group, which must be empty or about to be.
   *
   * @throws IOException if processes are still in it after {@link CgroupSettings#endWithin}
   */
  void remove() throws IOException {
    long deadline = System.nanoTime() + settings.endWithin().toNanos();
    for (Path folder : places.existing()) {
      while (true) {
        try {
          for (Path group : tree(folder).reversed()) {
            Files.deleteIfExists(group);
          }
          break;
        } catch (IOException e) {
          if (System.nanoTime() > deadline) {
            throw e;
          }
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    }
  }

  /** Kills what is in it and removes it. */
  public void end() throws IOException {
    places.removeEmpty();
    if (!places.existing().isEmpty()) {
      kill();
      remove();
    }
  }

  /** The group and those below it, parents first. */
  private static List<Path> tree(Path folder) throws IOException {
    List<Path> all = new ArrayList<>(List.of(folder));
    for (int i = 0; i < all.size(); i++) {
      try (DirectoryStream<Path> below = Files.newDirectoryStream(all.get(i), Files::isDirectory)) {
        below.forEach(all::add);
      } catch (NoSuchFileException e) {
        // removed meanwhile
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return all;
  }

  private static Map<String, Long> numbers(Path file) throws IOException {
    Map<String, Long> numbers = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", -1);
      if (words.length == 2 && !words[1].equals("max")) {
        numbers.put(words[0], Long.valueOf(words[1]));
      }
    }
    return numbers;
  }
}
