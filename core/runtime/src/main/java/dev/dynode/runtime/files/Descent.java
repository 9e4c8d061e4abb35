package dev.dynode.runtime.files;

import dev.dynode.libc.Entries;
import dev.dynode.libc.FileCalls;
import dev.dynode.libc.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Looks at everything below a folder, at any depth and under any name, while it may change; follows
 * no link. The folders at the top are held open; farther down there is one more descriptor, and the
 * way back is {@code ..}, as long as it leads to where one came from. For one thread.
 */
final class Descent implements AutoCloseable {
  /** Folders that are held open. */
  private static final int HELD = 32;

  /** Longest name, and a zero. */
  private static final int NAME = 256;

  private static final int OWNER = 0500;
  private static final int MODE = 07777;

  /** What is done with each file and folder, before what is in it. */
  interface Visit {
    void entry(FileCalls calls, int folder, MemorySegment name, FileCalls.Stat stat)
        throws IOException;
  }

  /** A folder one is in. */
  private static final class Level {
    private final FileCalls.Stat stat;

    /** Folders of the piece of it that was read last. */
    private final Deque<byte[]> pending = new ArrayDeque<>(0);

    private int fd;
    private long position;

    /** Where the owner had closed it to himself, the mode it gets back; else -1. */
    private final int mode;

    Level(FileCalls.Stat stat, int fd, int mode) {
      this.stat = stat;
      this.fd = fd;
      this.mode = mode;
    }
  }

  private final FileCalls calls = new FileCalls();
  private final Entries entries = new Entries(calls);
  private final MemorySegment parent = calls.name("..");
  private final MemorySegment here = calls.name(".");
  private final MemorySegment child = calls.room(NAME);
  private final List<Level> levels = new ArrayList<>();
  private final boolean closable = Libc.user() != 0;
  private final Visit visit;

  private Descent(Visit visit) {
    this.visit = visit;
  }

  /** Everything below the folder; nothing where that is not there. */
  static void into(Path folder, Visit visit) throws IOException {
    try (var descent = new Descent(visit)) {
      int fd = descent.calls.open(folder.toString());
      if (fd >= 0) {
        descent.run(fd);
      } else if (fd != -FileCalls.ENOENT) {
        throw new IOException(folder + ": " + Libc.reason(-fd));
      }
    }
  }

  private void run(int root) throws IOException {
    push(root, -1);
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      byte[] next = level.pending.poll();
      if (next != null) {
        enter(level, next);
      } else if (!read(level)) {
        leave();
      }
    }
  }

  /** Looks at the next piece of a folder; false at its end. */
  private boolean read(Level level) throws IOException {
    if (!entries.more(level.fd)) {
      return false;
    }
    for (MemorySegment name = entries.next(); name != null; name = entries.next()) {
      FileCalls.Stat stat = calls.stat(level.fd, name);
      if (stat != null) {
        visit.entry(calls, level.fd, name, stat);
        if (stat.directory() && stat.device() == level.stat.device()) {
          level.pending.add(Entries.bytes(name));
        }
      }
    }
    level.position = entries.position();
    return true;
  }

  private void enter(Level above, byte[] bytes) {
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, child, 0, bytes.length);
    child.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    FileCalls.Stat stat = calls.stat(above.fd, child);
    int closed = -1;
    if (closable && stat != null && stat.directory() && (stat.mode() & OWNER) != OWNER) {
      closed = stat.mode() & MODE;
      calls.modeOf(above.fd, child, closed | OWNER);
    }
    int fd = calls.open(above.fd, child);
    if (fd < 0) {
      return; // gone, or not ours to see
    }
    if (levels.size() > HELD) {
      Libc.close(above.fd);
      above.fd = -1;
    }
    push(fd, closed);
  }

  private void push(int fd, int mode) {
    FileCalls.Stat stat = calls.stat(fd, here);
    if (stat == null) {
      Libc.close(fd);
    } else {
      levels.add(new Level(stat, fd, mode));
    }
  }

  /** Goes up; as far as the folders that are held, where somebody has moved what one is in. */
  private void leave() {
    Level left = levels.removeLast();
    int back = levels.size() > HELD ? calls.open(left.fd, parent) : -1;
    if (left.mode >= 0) {
      calls.mode(left.fd, left.mode);
    }
    Libc.close(left.fd);
    if (levels.size() <= HELD) {
      return;
    }
    Level above = levels.getLast();
    FileCalls.Stat stat = back < 0 ? null : calls.stat(back, here);
    if (stat != null && stat.same(above.stat)) {
      above.fd = back;
      calls.rewind(back, above.position);
      return;
    }
    if (back >= 0) {
      Libc.close(back);
    }
    while (levels.size() > HELD) {
      levels.removeLast();
    }
  }

  @Override
  public void close() {
    levels.stream().filter(level -> level.fd >= 0).forEach(level -> Libc.close(level.fd));
    calls.close();
  }
}
