package dev.dynode.runtime.files;

import dev.dynode.libc.Entries;
import dev.dynode.libc.FileCalls;
import dev.dynode.libc.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Removes a folder with everything in it, at any depth and under any name, whatever its modes and
 * flags; follows no link, and takes away what is mounted in it instead of emptying that. A folder
 * found below another one is moved to the top before it is looked into: so two descriptors are
 * enough for any tree, and each step costs the same at any depth. What cannot be removed does not
 * keep the rest. For one thread.
 */
public final class Removal implements AutoCloseable {
  private static final int OPEN = 0700;

  /** More than anybody mounts on one another. */
  private static final int ATTEMPTS = 16;

  /** Somebody may still be filling it. */
  private static final int MOST_ROUNDS = 1_000;

  private static final int DIGITS = 20;

  private final FileCalls calls = new FileCalls();
  private final Entries above = new Entries(calls);
  private final Entries below = new Entries(calls);
  private final String prefix = ".removed-" + UUID.randomUUID() + "-";
  private final MemorySegment lifted = calls.room(prefix.length() + DIGITS);
  private final MemorySegment lower = calls.room(prefix.length() + DIGITS);

  /** How many folders were lifted, and the first of them that was not looked into. */
  private long names;

  private long next;
  private int around;
  private int top;
  private long moved;
  private long left;
  private String example = "";

  private Removal() {}

  /**
   * Removes it, if it is there.
   *
   * @throws IOException if something is left; names one such thing and says why
   */
  public static void remove(Path path) throws IOException {
    try (var removal = new Removal()) {
      removal.run(path.toAbsolutePath());
    }
  }

  private void run(Path path) throws IOException {
    around = calls.open(String.valueOf(path.getParent()));
    if (around == -FileCalls.ENOENT) {
      return;
    }
    if (around < 0) {
      throw new IOException(path.getParent() + ": " + Libc.reason(-around));
    }
    try {
      MemorySegment name = calls.name(path.getFileName().toString());
      if (gone(around, name, false)) {
        return;
      }
      top = enter(around, name);
      if (top < 0) {
        throw new IOException(path + ": " + Libc.reason(-top));
      }
      try {
        empty();
      } finally {
        Libc.close(top);
      }
      if (left == 0) {
        complain(calls.removeFolder(around, name), name);
      }
      if (left > 0) {
        throw new IOException(
            "%s: %d cannot be removed, such as %s".formatted(path, left, example));
      }
    } finally {
      Libc.close(around);
    }
  }

  /** Looks through it again as long as something moves. */
  private void empty() {
    long before = -1;
    for (int round = 0; moved > before && round < MOST_ROUNDS; round++) {
      before = moved;
      left = 0;
      calls.rewind(top, 0);
      while (above.more(top)) {
        for (MemorySegment name = above.next(); name != null; name = above.next()) {
          if (isLifted(name)) {
            if (number(name) < next) { // it stayed in an earlier round
              emptied(name);
            }
          } else if (!gone(top, name, above.folder())) {
            lift(top, name, lifted); // which shows whether it is a mount
          }
        }
      }
      // In the order of their numbers: reading the top again for each would make deep trees slow.
      while (next < names) {
        lifted.setString(0, prefix + next++);
        emptied(lifted);
      }
    }
  }

  /** Removes a folder at the top, after all in it, of which folders go to the top. */
  private void emptied(MemorySegment name) {
    int fd = enter(top, name);
    if (fd < 0) {
      complain(fd, name);
      return;
    }
    try {
      while (below.more(fd)) {
        for (MemorySegment each = below.next(); each != null; each = below.next()) {
          if (!gone(fd, each, below.folder())) {
            lift(fd, each, lower);
          }
        }
      }
    } finally {
      Libc.close(fd);
    }
    if (calls.removeFolder(top, name) >= 0) {
      moved++;
    }
  }

  private boolean isLifted(MemorySegment name) {
    return name.get(ValueLayout.JAVA_BYTE, 0) == '.' && Entries.text(name).startsWith(prefix);
  }

  private long number(MemorySegment name) {
    return Long.parseLong(Entries.text(name).substring(prefix.length()));
  }

  /** Whether it could be removed at once, as a file or an empty folder, or had gone. */
  private boolean gone(int folder, MemorySegment name, boolean isFolder) {
    long failed = isFolder ? calls.removeFolder(folder, name) : goneAsFile(folder, name);
    for (int i = 0;
        failed == -FileCalls.EBUSY && i < ATTEMPTS && calls.unmount(folder, name) >= 0;
        i++) {
      failed = goneAsFile(folder, name);
    }
    if (failed >= 0) {
      moved++;
    }
    return failed >= 0 || failed == -FileCalls.ENOENT;
  }

  private long goneAsFile(int folder, MemorySegment name) {
    long failed = calls.remove(folder, name);
    if (failed == -FileCalls.EPERM && free(folder, name)) {
      failed = calls.remove(folder, name);
    }
    if (failed < 0 && failed != -FileCalls.ENOENT && failed != -FileCalls.EBUSY) {
      FileCalls.Stat is = calls.stat(folder, name);
      if (is != null && !is.directory()) {
        complain(failed, name);
        return -FileCalls.ENOENT; // nothing more can be done
      }
      failed = calls.removeFolder(folder, name);
    }
    return failed;
  }

  /** Moves a folder to the top under a new name, where it does not stay. */
  private void lift(int folder, MemorySegment name, MemorySegment as) {
    as.setString(0, prefix + names);
    long failed = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      failed = calls.move(folder, name, top, as);
      if (failed >= 0) {
        names++;
        if (folder != top) {
          moved++;
        }
        return;
      }
      if (failed == -FileCalls.EACCES) {
        calls.modeOf(folder, name, OPEN);
      } else if (failed == -FileCalls.EPERM) {
        free(folder, name);
      }
    }
    complain(failed, name);
  }

  /** Takes flags away that keep a name in its folder. */
  private boolean free(int folder, MemorySegment name) {
    boolean above = folder != around && calls.release(folder);
    return calls.release(folder, name) || above;
  }

  /** A folder's descriptor; opened to its owner first. */
  private int enter(int folder, MemorySegment name) {
    int fd = calls.open(folder, name);
    if (fd == -FileCalls.EACCES && calls.modeOf(folder, name, OPEN) >= 0) {
      fd = calls.open(folder, name);
    }
    if (fd >= 0) {
      calls.mode(fd, OPEN);
    }
    return fd;
  }

  private void complain(long failed, MemorySegment name) {
    if (failed < 0) {
      left++;
      example = Entries.text(name) + ": " + Libc.reason(-failed);
    }
  }

  @Override
  public void close() {
    calls.close();
  }
}
