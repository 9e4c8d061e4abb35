package dev.dynode.runtime;

import dev.dynode.keeper.ShellDefaults;
import dev.dynode.libc.Libc;
import dev.dynode.libc.Spawner;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A process of this one on a terminal of its own, read and written without anything in between:
 * what benchmarks compare with. For one thread, which waits in the kernel.
 */
public final class RawProcess implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER);
  private final MemorySegment state = Libc.state(arena);
  private final int pid;
  private final int terminal;

  /** Starts a command in the root folder. */
  public RawProcess(List<String> command) throws IOException {
    Libc.Pty pty = Libc.openPty();
    terminal = pty.master();
    Libc.blocking(terminal);
    pid =
        Spawner.spawn(
            command,
            Map.of("PATH", ShellDefaults.PATH),
            Path.of("/"),
            new Spawner.Source.File(pty.slave(), Libc.O_RDWR | Libc.O_NOCTTY),
            null);
  }

  /** As of a stream; -1 once the other side of the terminal is closed. */
  public int read(byte[] into) throws IOException {
    long n = Libc.read(terminal, buffer, Math.min(into.length, BUFFER), state);
    if (n == -Libc.EIO) {
      return -1;
    }
    if (n < 0) {
      throw new Libc.CallFailed("read", (int) -n);
    }
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, into, 0, (int) n);
    return (int) n;
  }

  /** Types a byte. */
  public void write(int value) throws IOException {
    buffer.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
    long n = Libc.write(terminal, buffer, 1, state);
    if (n < 0) {
      throw new Libc.CallFailed("write", (int) -n);
    }
  }

  /** Hangs up, kills it if that does not end it, and waits for it. */
  @Override
  public void close() throws IOException {
    Libc.kill(pid, dev.dynode.port.ProcessRuntime.Signal.KILL.number());
    await();
    Libc.close(terminal);
    arena.close();
  }

  /** Waits for its end. */
  public void await() throws IOException {
    Libc.await(pid);
  }
}
