package dev.dynode.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Joins this command's stdin and stdout with an attached dyno until its connection ends. */
final class Session {
  /** How it ended. */
  enum End {
    /** The server closed in order: all output has arrived. */
    CLOSED,
    /** The connection broke: output may be missing. */
    BROKEN,
    /** Whoever reads our output has left. */
    UNREAD,
    /** Four ^C within a second. */
    FORCED
  }

  private static final int CHUNK = 64 * 1024;
  private static final int FORCING = 4;
  private static final long FORCING_WITHIN_NANOS = 1_000_000_000L;
  private static final int CTRL_C = 3;

  private final AttachStream stream;
  private final boolean terminal;
  private final long[] interrupts = new long[FORCING];
  private int interruptCount;
  private volatile boolean forced;

  /**
   * @param terminal whether input is keys of a terminal in raw mode; otherwise it is bytes whose
   *     end is passed on
   */
  Session(AttachStream stream, boolean terminal) {
    this.stream = stream;
    this.terminal = terminal;
  }

  /** Blocks until the connection ends. The thread that reads {@code in} may stay behind in it. */
  End join(InputStream in, OutputStream out) {
    Thread.ofPlatform().daemon().name("stdin").start(() -> send(in));
    byte[] buffer = new byte[CHUNK];
    while (true) {
      int count;
      try {
        count = stream.output().read(buffer);
      } catch (IOException broken) {
        return forced ? End.FORCED : End.BROKEN;
      }
      if (count < 0) {
        return forced ? End.FORCED : End.CLOSED;
      }
      try {
        out.write(buffer, 0, count);
        out.flush();
      } catch (IOException unread) {
        return End.UNREAD;
      }
    }
  }

  private void send(InputStream in) {
    byte[] buffer = new byte[CHUNK];
    try {
      OutputStream input = stream.input();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (terminal && forces(buffer, count)) {
          forced = true;
          stream.close();
          return;
        }
        input.write(buffer, 0, count);
        input.flush();
      }
      if (!terminal) {
        stream.endInput();
      }
    } catch (IOException ended) {
      // The process no longer reads; what it still writes is delivered by the other direction.
    }
  }

  private boolean forces(byte[] keys, int count) {
    for (int i = 0; i < count; i++) {
      if (keys[i] == CTRL_C) {
        long now = System.nanoTime();
        interrupts[interruptCount++ % FORCING] = now;
        long oldest = interrupts[interruptCount % FORCING];
        if (interruptCount >= FORCING && now - oldest < FORCING_WITHIN_NANOS) {
          return true;
        }
      }
    }
    return false;
  }
}
