package dev.dynode.keeper;

import dev.dynode.keeper.KeeperProtocol.Bounds;
import dev.dynode.libc.Identity;
import dev.dynode.libc.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A child that does nothing before it is held to its bounds: it waits for the end of a pipe. */
final class BoundedChild {
  private static final int EPERM = 1;

  /** Longest that a child takes to become its user's: measured 5 µs to 2.5 ms. */
  private static final long BECOMES = 1_000_000_000;

  private static final long LOOK_AGAIN = 100_000;

  private BoundedChild() {}

  /** Starts it. */
  interface Start {
    /**
     * @param ready descriptor on which it has to wait
     */
    int start(int ready) throws IOException;
  }

  /**
   * Starts a child, holds it to its bounds, and lets it go on.
   *
   * @param user whose process it is, where this is root's; -1: ours
   */
  static int start(Bounds bounds, int user, Start start) throws IOException {
    int[] pipe = Libc.pipe();
    int ready = Libc.above(pipe[0]);
    try {
      int pid = 0;
      try {
        try (var _ = CgroupVisit.to(bounds.groups())) {
          pid = start.start(ready);
        }
        byte[] id = Integer.toString(pid).getBytes(StandardCharsets.US_ASCII);
        for (String group : bounds.groups()) {
          if (!CgroupVisit.leadsBack(group)) {
            Files.write(Path.of(group), id, StandardOpenOption.WRITE);
          }
        }
        limit(pid, bounds, user);
        return pid;
      } catch (IOException e) {
        if (pid > 0) {
          Libc.kill(pid, Libc.SIGKILL);
          Libc.await(pid);
        }
        throw e;
      }
    } finally {
      Libc.close(ready);
      Libc.close(pipe[1]);
    }
  }

  /** Root may lack the power over other users' limits; each has it over its own. */
  private static void limit(int pid, Bounds bounds, int user) throws IOException {
    Identity.Task<List<Void>> limits =
        () -> {
          Libc.limit(pid, Libc.RLIMIT_CORE, 0);
          limit(pid, Libc.RLIMIT_NOFILE, bounds.openFiles());
          limit(pid, Libc.RLIMIT_FSIZE, bounds.fileBytes());
          limit(pid, Libc.RLIMIT_DATA, bounds.dataBytes());
          return List.of();
        };
    if (user < 0) {
      limits.run();
    } else {
      Identity.as(user, () -> onceItIsTheirs(limits));
    }
  }

  /** The kernel lets who spawns go on shortly before exec takes root's saved user id away. */
  private static List<Void> onceItIsTheirs(Identity.Task<List<Void>> limits) throws IOException {
    long until = System.nanoTime() + BECOMES;
    while (true) {
      try {
        return limits.run();
      } catch (Libc.CallFailed e) {
        if (e.errno() != EPERM || System.nanoTime() > until) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_AGAIN);
      }
    }
  }

  private static void limit(int pid, int resource, long most) throws IOException {
    if (most > 0) {
      Libc.limit(pid, resource, most);
    }
  }
}
