package dev.dynode.keeper;

import dev.dynode.keeper.CgroupMounts.Hierarchy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The calling thread's stay in control groups of version 1: what it spawns meanwhile is born there.
 * Moving another process takes the kernel milliseconds, in which it waits for all processors; a
 * thread that moves itself costs a fiftieth of that.
 */
final class CgroupVisit implements AutoCloseable {
  private static final byte[] MYSELF = "0".getBytes(StandardCharsets.US_ASCII);
  private static final List<Hierarchy> HIERARCHIES = hierarchies();

  private final List<Path> homes = new ArrayList<>();

  private CgroupVisit() {}

  /** Those of version 1 in which this process may come back to where it is. */
  private static List<Hierarchy> hierarchies() {
    try {
      return CgroupMounts.read(Path.of("/proc/self")).hierarchies().stream()
          .filter(hierarchy -> hierarchy.version() == 1 && Files.isWritable(home(hierarchy)))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Path home(Hierarchy hierarchy) {
    return hierarchy.own().resolve("tasks");
  }

  private static Optional<Hierarchy> of(String door) {
    return HIERARCHIES.stream().filter(each -> Path.of(door).startsWith(each.mount())).findFirst();
  }

  /** Whether a visit leads through this door, and back. */
  static boolean leadsBack(String door) {
    return of(door).isPresent();
  }

  /** Goes where these doors lead; those that do not lead back are left out. */
  static CgroupVisit to(List<String> doors) throws IOException {
    var visit = new CgroupVisit();
    try {
      for (String door : doors) {
        Optional<Hierarchy> hierarchy = of(door);
        if (hierarchy.isPresent()) {
          enter(Path.of(door));
          visit.homes.add(home(hierarchy.get()));
        }
      }
      return visit;
    } catch (IOException e) {
      visit.close();
      throw e;
    }
  }

  private static void enter(Path door) throws IOException {
    Files.write(door, MYSELF, StandardOpenOption.WRITE);
  }

  /** Goes home. */
  @Override
  public void close() throws IOException {
    for (Path home : homes) {
      enter(home);
    }
  }
}
