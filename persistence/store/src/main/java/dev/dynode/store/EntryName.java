package dev.dynode.store;

import dev.dynode.port.SlugStore.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Names in an archive, in parts, without {@code .}; the root is the empty list. */
final class EntryName {
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
}
