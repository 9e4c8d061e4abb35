package dev.dynode.keeper;

import dev.dynode.libc.Libc;
import dev.dynode.libc.ProcessTable;
import dev.dynode.libc.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the dynos when their keeper is killed: a shell that waits on a pipe only the keeper holds
 * open, then kills every process that carries the keeper's mark, until none is left. It takes
 * background jobs, daemons and programs that ignore SIGHUP alike.
 */
final class Watchdog implements AutoCloseable {
  private static final String SCRIPT =
      """
      read -r _
      tries=0
      while [ "$tries" -lt 100 ]; do
        found=
        for environ in $(grep -lsz "^%1$s=$1:" /proc/[0-9]*/environ;
            [ -z "$2" ] || setpriv --reuid "$2" --regid "$2" --clear-groups \
              grep -lsz "^%1$s=$1:" /proc/[0-9]*/environ); do
          pid=${environ#/proc/}
          pid=${pid%%/environ}
          kill -KILL "$pid" 2>/dev/null && found=1
        done
        [ -n "$found" ] || exit 0
        tries=$((tries + 1))
        sleep 0.02
      done
      """
          .formatted(ProcessTable.MARK);

  private static final long WITHIN_NANOS = 2_000_000_000L;
  private static final long LOOK_NANOS = 2_000_000;

  private final int held;
  private final int pid;

  /**
   * @param user of the dynos, whose processes a root without power to trace sees only as that user;
   *     empty: the keeper's
   */
  Watchdog(String keeper, String user) throws IOException {
    int[] pipe = Libc.pipe();
    held = pipe[1];
    try {
      pid =
          Spawner.spawn(
              List.of("/bin/sh", "-c", SCRIPT, "dynode-guard", keeper, user),
              Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"),
              Path.of("/"),
              new Spawner.Source.Descriptor(pipe[0]),
              new Spawner.Source.File("/dev/null", Libc.O_RDWR));
    } catch (IOException e) {
      Libc.close(held);
      throw e;
    } finally {
      Libc.close(pipe[0]);
    }
  }

  /** Lets it go, and sees it end; by then nothing is left for it to do. */
  @Override
  public void close() {
    Libc.close(held);
    long deadline = System.nanoTime() + WITHIN_NANOS;
    while (Libc.reap(pid) == null && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
