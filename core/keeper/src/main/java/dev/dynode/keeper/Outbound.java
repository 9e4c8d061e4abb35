package dev.dynode.keeper;

import dev.dynode.libc.Libc;
import dev.dynode.libc.Spawner;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A box's way out of its own network: a process of slirp4netns, which carries its packets by
 * ordinary sockets of the host. The box waits until that is up, and goes on without a network if it
 * fails. For the keeper's thread.
 */
final class Outbound implements AutoCloseable {
  private static final Pattern CHILD = Pattern.compile("\"child-pid\": *([0-9]+)");

  private final String program;
  private final Map<String, String> environment;
  private final int told;
  private final int tell;
  private final int up;
  private int ready;
  private int pid;

  /**
   * Makes what bubblewrap is given.
   *
   * @param environment of the process
   */
  Outbound(String program, Map<String, String> environment) throws IOException {
    this.program = program;
    this.environment = environment;
    int[] info = Libc.pipe();
    told = info[0];
    tell = Libc.above(info[1]);
    int[] ends = Libc.pipe();
    up = ends[0];
    ready = ends[1];
    Libc.nonBlocking(told);
  }

  /** For bubblewrap: where it tells its child. To be closed after the start. */
  int tell() {
    return tell;
  }

  /** Readable once {@link #connect} can do something. */
  int told() {
    return told;
  }

  /** Readable once the process carries packets, or has ended. */
  int up() {
    return up;
  }

  /** Starts the process for the child that bubblewrap tells of. */
  void connect(MemorySegment buffer, MemorySegment state) throws IOException {
    long n = Libc.read(told, buffer, buffer.byteSize(), state);
    if (n <= 0) {
      return;
    }
    Matcher child =
        CHILD.matcher(
            new String(
                buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII));
    try {
      if (child.find()) {
        pid =
            Spawner.spawn(
                List.of(
                    program,
                    "--configure",
                    "--mtu=65520",
                    "--disable-host-loopback",
                    "--enable-sandbox",
                    "--enable-seccomp",
                    "--ready-fd=3",
                    "--netns-type=path",
                    "/proc/" + child.group(1) + "/ns/net",
                    "tap0"),
                environment,
                Path.of("/"),
                new Spawner.Source.File("/dev/null", Libc.O_RDWR),
                null,
                List.of(ready));
      }
    } finally {
      Libc.close(ready);
      ready = -1;
    }
  }

  /** Ends the process; the keeper reaps it as it does every orphan. */
  @Override
  public void close() {
    if (pid > 0) {
      Libc.kill(pid, Libc.SIGKILL);
    }
    Libc.close(told);
    Libc.close(up);
    if (ready >= 0) {
      Libc.close(ready);
    }
  }
}
