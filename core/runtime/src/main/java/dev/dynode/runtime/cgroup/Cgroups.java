package dev.dynode.runtime.cgroup;

import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.CgroupMounts;
import dev.dynode.runtime.cgroup.Cgroup.Launched;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of this node's dynos, in version 1, 2 or both at once, as this machine has
 * them. They live in a parent group named after the node, next to which other nodes of the machine
 * have theirs, and outlive this process. Thread-safe.
 */
public final class Cgroups {
  private static final String NODE = "[A-Za-z0-9_-]{1,64}";
  private static final long PROBE_SECONDS = 10;

  private final CgroupSettings settings;
  private final CgroupPlaces node;
  private final @Nullable String missing;

  private Cgroups(CgroupSettings settings, CgroupPlaces node, @Nullable String missing) {
    this.settings = settings;
    this.node = node;
    this.missing = missing;
  }

  /**
   * Finds what this machine allows, and proves it with a process.
   *
   * @param node name of this node, the same after a restart: letters, digits, {@code _} and {@code
   *     -}, at most 64
   */
  public static Cgroups open(CgroupSettings settings, String node) {
    return open(settings, node, Path.of("/proc/self"));
  }

  /**
   * The same.
   *
   * @param proc folder with {@code mountinfo} and {@code cgroup} of this process
   */
  public static Cgroups open(CgroupSettings settings, String node, Path proc) {
    if (!node.matches(NODE)) {
      throw new IllegalArgumentException("no name for groups: " + node);
    }
    if (!settings.enabled()) {
      return nothing(settings, "dynode.runtime.cgroups.enabled is off");
    }
    try {
      CgroupRoot.Found found = CgroupRoot.make(CgroupMounts.read(proc), "dynode-" + node);
      CgroupPlaces places = found.places();
      if (places.memory() == null && places.pids() == null) {
        places.removeEmpty();
        return nothing(
            settings,
            found.obstacle().orElse("no hierarchy holds the controllers memory and pids"));
      }
      var groups = new Cgroups(settings, places, partly(places, found.obstacle()));
      Optional<String> failure = groups.probe();
      if (failure.isPresent()) {
        places.removeEmpty();
        return nothing(settings, failure.get());
      }
      return groups;
    } catch (IOException e) {
      return nothing(settings, "the kernel does not tell: " + e.getMessage());
    }
  }

  private static Cgroups nothing(CgroupSettings settings, String why) {
    return new Cgroups(
        settings,
        new CgroupPlaces(null, null, null, null),
        "no cgroup may be written (" + why + "): memory and process limits are rlimits only");
  }

  private static @Nullable String partly(CgroupPlaces places, Optional<String> obstacle) {
    String what =
        places.memory() == null
            ? "memory"
            : places.pids() == null ? "processes" : places.cpu() == null ? "cpu" : null;
    return what == null
        ? null
        : "no cgroup limits " + what + obstacle.map(why -> " (" + why + ")").orElse("");
  }

  /** Whether a launch really can enter a group here. */
  private Optional<String> probe() throws IOException {
    var launched = new Launched(new DynoId(UUID.randomUUID()), 0);
    CgroupPlaces places = node.child(launched.toString());
    places.create();
    try {
      Process process =
          new ProcessBuilder(group(launched).enter(List.of("/bin/sh", "-c", ":")))
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.of("a process does not get into " + places.folders().getFirst());
      }
      return process.exitValue() == 0
          ? Optional.empty()
          : Optional.of("a process may not enter " + places.folders().getFirst());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    } finally {
      places.removeEmpty();
    }
  }

  /** Whether memory or processes of a launch can be limited here. */
  public boolean usable() {
    return limitsMemory() || limitsProcesses();
  }

  public boolean limitsMemory() {
    return node.memory() != null;
  }

  public boolean limitsProcesses() {
    return node.pids() != null;
  }

  /** What this machine does not allow, in a sentence; none if it allows everything. */
  public Optional<String> missing() {
    return Optional.ofNullable(missing);
  }

  /**
   * A group for a launch, with its limits.
   *
   * @throws IllegalStateException if none is {@link #usable}
   * @throws IOException if this launch has one already, or the kernel refuses
   */
  public Cgroup take(Launched launched, Limits limits) throws IOException {
    if (!usable()) {
      throw new IllegalStateException(missing);
    }
    CgroupPlaces places = node.child(launched.toString());
    places.create();
    try {
      Cgroup group = group(launched);
      group.limit(limits);
      return group;
    } catch (IOException e) {
      places.removeEmpty();
      throw e;
    }
  }

  /** The group made for a launch, in this life of the node or an earlier one. */
  public Optional<Cgroup> find(Launched launched) {
    return node.child(launched.toString()).existing().isEmpty()
        ? Optional.empty()
        : Optional.of(group(launched));
  }

  /**
   * Kills and removes all groups but the known ones; one that stays does not keep the others.
   *
   * @return how many were removed
   */
  public int sweep(Set<Launched> known) throws IOException {
    int removed = 0;
    IOException failure = null;
    for (String name : names()) {
      Launched launched = Launched.named(name);
      if (launched != null && !known.contains(launched)) {
        try {
          group(launched).end();
          removed++;
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return removed;
  }

  private Cgroup group(Launched launched) {
    return new Cgroup(node.child(launched.toString()), settings);
  }

  /** Names of all groups in the parent group, whatever the hierarchy. */
  private Set<String> names() throws IOException {
    Set<String> names = new HashSet<>();
    for (Path parent : node.existing()) {
      try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, Files::isDirectory)) {
        groups.forEach(group -> names.add(group.getFileName().toString()));
      }
    }
    return names;
  }

  /** Removes the parent group unless launches have groups in it: those stay for the next life. */
  public void leave() {
    node.removeEmpty();
  }
}
