package dev.dynode.keeper;

import dev.dynode.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where a box waits once its walls stand, before its program. For the keeper's thread.
 *
 * <p>bubblewrap reads a byte there, and goes on at the end of the file, too. So the descriptor that
 * it is given can also be written to: as long as it waits there is a writer, and what it waits for
 * has no end. Were it an ordinary pipe, the death of the keeper would run the programs of all boxes
 * that wait.
 */
final class Gate implements AutoCloseable {
  private final int fd;
  private int locks;
  private boolean closed;

  /**
   * @param locks how often it has to be unlocked until it opens
   */
  Gate(int locks) throws IOException {
    this.locks = locks;
    int[] ends = Libc.pipe();
    try {
      fd = Libc.above(Libc.open("/proc/self/fd/" + ends[0], Libc.O_RDWR));
    } finally {
      Libc.close(ends[0]);
      Libc.close(ends[1]);
    }
  }

  /** For bubblewrap. */
  int fd() {
    return fd;
  }

  void unlock() throws IOException {
    if (--locks == 0 && !closed) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment one = arena.allocate(1);
        long written = Libc.write(fd, one, 1, Libc.state(arena));
        if (written < 0) { // an empty pipe takes a byte at once
          throw new Libc.CallFailed("write to a box that waits", (int) -written);
        }
      }
      close();
    }
  }

  /** Does not open it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}
