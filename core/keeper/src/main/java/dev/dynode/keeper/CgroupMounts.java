package dev.dynode.keeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The control group hierarchies this process sees, as {@code mountinfo} and {@code cgroup} of its
 * {@code /proc} folder tell: version 1 has one per controller or few, version 2 a single one, and a
 * machine may mix them.
 */
public record CgroupMounts(List<Hierarchy> hierarchies) {
  public CgroupMounts {
    hierarchies = List.copyOf(hierarchies);
  }

  /**
   * One mounted hierarchy.
   *
   * @param version 1 or 2
   * @param mount where it is mounted
   * @param own folder of the group this process is in
   * @param controllers of version 1; version 2 says them in a file
   */
  public record Hierarchy(int version, Path mount, Path own, Set<String> controllers) {
    public Hierarchy {
      controllers = Set.copyOf(controllers);
    }
  }

  /** Reads a {@code /proc/PID} folder. */
  public static CgroupMounts read(Path proc) throws IOException {
    return parse(
        Files.readString(proc.resolve("mountinfo")), Files.readString(proc.resolve("cgroup")));
  }

  static CgroupMounts parse(String mountinfo, String cgroup) {
    Map<String, String> own = new HashMap<>(); // by controller; version 2 by ""
    for (String line : cgroup.lines().toList()) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3) {
        for (String controller : fields[1].split(",", -1)) {
          own.put(controller, fields[2]);
        }
      }
    }
    List<Hierarchy> found = new ArrayList<>();
    for (String line : mountinfo.lines().toList()) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash < 6 || fields.length < dash + 4) {
        continue;
      }
      String type = fields[dash + 1];
      Set<String> controllers = new HashSet<>();
      if (type.equals("cgroup")) {
        controllers.addAll(List.of(fields[dash + 3].split(",", -1)));
        controllers.retainAll(own.keySet());
        controllers.removeIf(name -> name.isEmpty() || name.startsWith("name="));
        if (controllers.isEmpty()) {
          continue;
        }
      } else if (!type.equals("cgroup2")) {
        continue;
      }
      String path = own.get(controllers.isEmpty() ? "" : controllers.iterator().next());
      Path mount = Path.of(unescaped(fields[4]));
      below(unescaped(fields[3]), path)
          .ifPresent(
              rest ->
                  found.add(
                      new Hierarchy(
                          type.equals("cgroup") ? 1 : 2,
                          mount,
                          mount.resolve(rest).normalize(),
                          controllers)));
    }
    return new CgroupMounts(found);
  }

  /** The hierarchy of version 1 that holds the controller. */
  public Optional<Hierarchy> first(String controller) {
    return hierarchies.stream().filter(h -> h.controllers().contains(controller)).findFirst();
  }

  /** The hierarchy of version 2. */
  public Optional<Hierarchy> second() {
    return hierarchies.stream().filter(h -> h.version() == 2).findFirst();
  }

  /** A group's path below the part of its hierarchy that is mounted; none if it is not in it. */
  private static Optional<String> below(String root, @Nullable String path) {
    if (path == null || path.startsWith("/..")) {
      return Optional.empty();
    }
    if (root.equals("/")) {
      return Optional.of(path.substring(1));
    }
    if (path.equals(root)) {
      return Optional.of("");
    }
    return path.startsWith(root + "/")
        ? Optional.of(path.substring(root.length() + 1))
        : Optional.empty();
  }

  /** Blanks and the like stand there as a backslash and three octal digits. */
  private static String unescaped(String field) {
    return Pattern.compile("\\\\([0-7]{3})")
        .matcher(field)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(found.group(1), 8))));
  }
}
