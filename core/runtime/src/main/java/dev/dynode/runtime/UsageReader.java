package dev.dynode.runtime;

import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.KeeperProtocol.Bounds;
import dev.dynode.libc.ProcessTable;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.runtime.cgroup.Cgroup;
import dev.dynode.runtime.cgroup.Cgroup.Launched;
import dev.dynode.runtime.cgroup.CgroupSettings;
import dev.dynode.runtime.cgroup.Cgroups;
import dev.dynode.runtime.cgroup.Limits;
import dev.dynode.runtime.files.DynoFiles;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What dynos may use on this machine, and what they do use. Thread-safe. */
final class UsageReader {
  private static final Logger LOG = LoggerFactory.getLogger(UsageReader.class);

  private final CgroupSettings cgroups;
  private final Cgroups groups;
  private final Limits.Common limits;
  private final DynoFiles files;

  /**
   * Before anything is spawned: version 2 of control groups wants the node to move first.
   *
   * @param node name of this node's groups, the same after a restart
   */
  UsageReader(RuntimeSettings settings, String node, DynoFiles files) {
    this.limits = settings.limits();
    this.cgroups = settings.cgroups();
    this.files = files;
    groups = Cgroups.open(settings.cgroups(), node);
    groups.missing().ifPresent(what -> LOG.warn("DYNOS ARE HELD LESS STRICTLY: {}", what));
  }

  boolean limitsByGroups() {
    return groups.limitsMemory() && groups.limitsProcesses();
  }

  /** Whether the number of a dyno's processes is limited from outside. */
  boolean limitsProcesses() {
    return groups.limitsProcesses();
  }

  /** What the keeper has to hold a launch by. Makes its group; {@link #release} removes it. */
  Bounds bounds(Launch launch) throws IOException {
    Limits these = limits.of(launch.size());
    List<String> doors =
        groups.usable()
            ? groups.take(new Launched(launch.dyno(), launch.generation()), these).doors()
            : List.of();
    return new Bounds(
        doors,
        these.openFiles(),
        these.diskBytes(),
        groups.limitsMemory() ? 0 : cgroups.hardBytes(these.memoryBytes()));
  }

  /** Kills what may still be in a launch's group, and removes it. */
  void release(DynoId dyno, int generation) throws IOException {
    Optional<Cgroup> group = groups.find(new Launched(dyno, generation));
    if (group.isPresent()) {
      group.get().end();
    }
  }

  /** Removes the groups of all other launches. What stays does not keep a node from starting. */
  void sweep(Set<Launched> known) {
    try {
      groups.sweep(known);
    } catch (IOException e) {
      LOG.warn("a control group of an ended dyno is left", e);
    }
  }

  void leave() {
    groups.leave();
  }

  /** Whether a measurement of a disk is too old to go by. */
  boolean old(long measuredNanos) {
    return System.nanoTime() - measuredNanos >= limits.diskEvery().toNanos();
  }

  long diskBytes(DynoId dyno) throws IOException {
    return files.bytes(dyno);
  }

  /** Processes in a launch's group, the monitor of its box included; none where it has no group. */
  Optional<Set<Integer>> grouped(DynoId dyno, int generation) throws IOException {
    Optional<Cgroup> group = groups.find(new Launched(dyno, generation));
    return group.isEmpty() ? Optional.empty() : Optional.of(group.get().members());
  }

  /**
   * What a launch uses.
   *
   * @param disk as measured last
   * @param processes what runs of it: without a group its memory is the sum of theirs, in which
   *     pages that two of them share count twice
   */
  Usage usage(DynoId dyno, int generation, long disk, Supplier<Set<Integer>> processes)
      throws IOException {
    Optional<Cgroup> group = groups.find(new Launched(dyno, generation));
    if (group.isEmpty()) {
      long resident = processes.get().stream().mapToLong(ProcessTable::residentBytes).sum();
      return new Usage(resident, resident, 0, 0, disk, limits.diskBytes());
    }
    Cgroup.Memory memory = group.get().memory();
    long resident = memory.resident() + memory.swap();
    return new Usage(
        limits.countCache() ? resident + memory.cache() : resident,
        resident,
        group.get().oomKills(),
        group.get().processLimitHits(),
        disk,
        limits.diskBytes());
  }
}
