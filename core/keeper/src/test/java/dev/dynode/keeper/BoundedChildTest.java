package dev.dynode.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dynode.keeper.KeeperProtocol.Bounds;
import dev.dynode.libc.Libc;
import dev.dynode.libc.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Children that are not their user's yet when they are to be held to their bounds. */
@Tag("process")
class BoundedChildTest {
  private static final int USER = 54_321;
  private static final Bounds BOUNDS = new Bounds(List.of(), 123, 0, 0);

  private final AtomicInteger pid = new AtomicInteger();

  @BeforeEach
  void onlyRootStartsOthersProcesses() {
    assumeTrue(Libc.user() == 0);
  }

  private int start(String script) throws IOException {
    return BoundedChild.start(
        BOUNDS,
        USER,
        ready -> {
          var nothing = new Spawner.Source.File("/dev/null", Libc.O_RDWR);
          List<String> command = List.of("/bin/sh", "-c", script);
          pid.set(Spawner.spawn(command, System.getenv(), Path.of("/"), nothing, nothing));
          return pid.get();
        });
  }

  @Test
  void aChildThatIsItsUsersAMomentLaterIsLimited() throws IOException {
    String user = String.valueOf(USER);
    int child =
        start(
            "sleep 0.2; exec setpriv --clear-groups --regid %s --reuid %s sleep 60"
                .formatted(user, user));
    try {
      String limits = Files.readString(Path.of("/proc/" + child + "/limits"));
      assertTrue(limits.matches("(?s).*Max open files +123 +123 .*"), limits);
    } finally {
      Libc.kill(child, Libc.SIGKILL);
      Libc.await(child);
    }
  }

  @Test
  void oneThatNeverIsIsEnded() {
    var failed = assertThrows(Libc.CallFailed.class, () -> start("sleep 60"));
    assertEquals("prlimit failed: errno 1", failed.getMessage());
    assertTrue(Files.notExists(Path.of("/proc/" + pid)));
  }
}
