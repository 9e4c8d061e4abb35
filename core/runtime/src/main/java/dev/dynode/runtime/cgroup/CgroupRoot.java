package dev.dynode.runtime.cgroup;

import dev.dynode.keeper.CgroupMounts;
import dev.dynode.keeper.CgroupMounts.Hierarchy;
import dev.dynode.runtime.cgroup.CgroupPlaces.Place;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a node may have its groups, and makes its parent group there. It is always below the
 * group the node itself is in, or below a neighbour made for that by delegation, so that whatever
 * limits the node limits its dynos too.
 *
 * <p>In version 2 a group with processes in it cannot hand controllers to groups below, so the node
 * first moves itself, and only itself, into a group of its own there.
 */
final class CgroupRoot {
  private static final List<String> CONTROLLERS = List.of("memory", "pids", "cpu");

  private final CgroupMounts mounts;
  private final String name;
  private final String leaf;
  private @Nullable String obstacle;

  private CgroupRoot(CgroupMounts mounts, String name) {
    this.mounts = mounts;
    this.name = name;
    leaf = name + ".node";
  }

  /**
   * What was found.
   *
   * @param obstacle why a controller is missing, if one is
   */
  record Found(CgroupPlaces places, Optional<String> obstacle) {}

  static Found make(CgroupMounts mounts, String name) {
    return new CgroupRoot(mounts, name).make();
  }

  private Found make() {
    if (mounts.hierarchies().isEmpty()) {
      obstacle = "no cgroup hierarchy is mounted";
    }
    Place second = second();
    return new Found(
        new CgroupPlaces(
            place("memory", second), place("pids", second), place("cpu", second), second),
        Optional.ofNullable(obstacle));
  }

  private @Nullable Place place(String controller, @Nullable Place second) {
    Optional<Hierarchy> first = mounts.first(controller);
    if (first.isPresent()) {
      return made(1, first.get().own());
    }
    if (second == null) {
      return null;
    }
    if (enabled(second.folder(), controller)) {
      return second;
    }
    note("the controller " + controller + " is not given to " + second.folder());
    return null;
  }

  private @Nullable Place made(int version, Path base) {
    Path folder = base.resolve(name);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder);
      }
      return new Place(version, folder);
    } catch (IOException e) {
      note(folder + " cannot be made");
      return null;
    }
  }

  private @Nullable Place second() {
    Optional<Hierarchy> hierarchy = mounts.second();
    if (hierarchy.isEmpty()) {
      return null;
    }
    Path own = hierarchy.get().own();
    Path above = own.getParent();
    boolean besides = !own.equals(hierarchy.get().mount()) && above != null && ours(own, above);
    Path base = besides && above != null ? above : own;
    List<String> wanted =
        CONTROLLERS.stream()
            .filter(controller -> mounts.first(controller).isEmpty() && offered(base, controller))
            .toList();
    if (wanted.isEmpty() && CONTROLLERS.stream().anyMatch(one -> mounts.first(one).isPresent())) {
      return null; // moving a process there would take milliseconds for nothing
    }
    try {
      give(base, wanted, !besides);
      Place place = made(2, base);
      if (place != null) {
        give(place.folder(), wanted, false);
      }
      return place;
    } catch (IOException e) {
      note(reason(base, e));
      return null;
    }
  }

  /** Whether the group above is for us: an earlier life's or given by delegation. */
  private boolean ours(Path own, Path above) {
    return own.endsWith(leaf) || delegated(above);
  }

  /** systemd marks what it delegates, so that a process may divide it. */
  private static boolean delegated(Path group) {
    try {
      UserDefinedFileAttributeView marks =
          Files.getFileAttributeView(group, UserDefinedFileAttributeView.class);
      return marks != null
          && marks.list().contains("delegate")
          && Files.isWritable(group.resolve("cgroup.procs"));
    } catch (IOException e) {
      return false;
    }
  }

  private void give(Path base, List<String> controllers, boolean mayMove) throws IOException {
    if (controllers.stream().allMatch(controller -> enabled(base, controller))) {
      return;
    }
    Path file = base.resolve("cgroup.subtree_control");
    String all = "+" + String.join(" +", controllers);
    try {
      Files.writeString(file, all);
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      if (!mayMove) {
        throw e;
      }
      moveAndGive(base, file, all);
    }
  }

  private void moveAndGive(Path base, Path file, String all) throws IOException {
    String self = Long.toString(ProcessHandle.current().pid());
    Path home = base.resolve(leaf);
    if (!Files.isDirectory(home)) {
      Files.createDirectory(home);
    }
    Files.writeString(home.resolve("cgroup.procs"), self);
    try {
      Files.writeString(file, all);
    } catch (IOException e) {
      boolean others = !text(base.resolve("cgroup.procs")).isBlank();
      Files.writeString(base.resolve("cgroup.procs"), self);
      Files.deleteIfExists(home);
      throw others ? new FileSystemException(base + " holds other processes than this node") : e;
    }
  }

  private static String reason(Path base, IOException e) {
    return e instanceof AccessDeniedException || e.getMessage() == null
        ? base + " cannot be written"
        : e.getMessage();
  }

  private void note(String why) {
    if (obstacle == null) {
      obstacle = why;
    }
  }

  private static boolean offered(Path group, String controller) {
    return words(group.resolve("cgroup.controllers")).contains(controller);
  }

  private static boolean enabled(Path group, String controller) {
    return words(group.resolve("cgroup.subtree_control")).stream()
        .anyMatch(word -> word.equals(controller) || word.equals("+" + controller));
  }

  private static List<String> words(Path file) {
    return List.of(text(file).strip().split("\\s+", -1));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
