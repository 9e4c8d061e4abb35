package dev.dynode.store;

import dev.dynode.port.SlugStore.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Names in an archive, in parts, without {@code .}; the root is the empty list. */
final class EntryName {
  /** The kernel follows no more of them (path_resolution(7)). */
  private static final int MAX_LINKS = 40;

  private static final int MAX_PART = 255;
  private static final int MAX_WHOLE = 3000;

  private EntryName() {}

  /**
   * @throws Rejected if it is absolute, has a {@code ..} or is too long for a disk
   */
  static List<String> parts(String name, String what) throws Rejected {
    if (name.startsWith("/")) {
      throw new Rejected(
          what + " '" + name + "' is absolute. Pack the slug with relative names, as tar does.");
    }
    var parts = new ArrayList<String>();
    for (String part : name.split("/+", -1)) {
      if (part.equals("..")) {
        throw new Rejected(
            what + " '" + name + "' leads out of the slug by '..'. Pack the slug without it.");
      }
      if (part.getBytes(StandardCharsets.UTF_8).length > MAX_PART || name.length() > MAX_WHOLE) {
        throw new Rejected(
            what + " '" + name.substring(0, 80) + "…' is too long. Use a shorter name.");
      }
      if (part.indexOf('\0') >= 0) {
        throw new Rejected(what + " '" + name + "' has a NUL character. Rename it.");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /**
   * Whether a symbolic link stays inside, whatever other links it leads over.
   *
   * @param folder where the link is
   * @param links all links of the slug
   */
  static boolean staysInside(List<String> folder, String target, Map<List<String>, String> links) {
    var at = new ArrayList<>(folder);
    var ahead = new ArrayDeque<String>();
    String next = target;
    for (int followed = 0; followed <= MAX_LINKS; followed++) {
      if (next.isEmpty() || next.startsWith("/") || next.indexOf('\0') >= 0) {
        return false;
      }
      List.of(next.split("/+", -1)).reversed().forEach(ahead::addFirst);
      next = "";
      while (next.isEmpty() && !ahead.isEmpty()) {
        String part = ahead.removeFirst();
        if (part.equals("..")) {
          if (at.isEmpty()) {
            return false;
          }
          at.removeLast();
        } else if (!part.isEmpty() && !part.equals(".")) {
          at.addLast(part);
          next = links.getOrDefault(at, "");
          if (!next.isEmpty()) {
            at.removeLast();
          }
        }
      }
      if (next.isEmpty()) {
        return true;
      }
    }
    return true; // a circle: the kernel follows it nowhere
  }
}
