package dev.dynode.edge.attach;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** Cuts output into TLS records so that no exit-status line is spread over two. */
final class WholeMarkers implements OutputSink {
  /** Most bytes TLS puts in one record. */
  private static final int RECORD = 16 * 1024;

  private static final byte[] NOTHING = {};

  private final TlsChannel wire;
  private final Duration hold;
  private final ReentrantLock lock = new ReentrantLock();
  private byte[] held = NOTHING;
  private long holds;

  /**
   * Output to this connection.
   *
   * @param hold how long the beginning of a marker waits for its end
   */
  WholeMarkers(TlsChannel wire, Duration hold) {
    this.wire = wire;
    this.hold = hold;
  }

  @Override
  public void send(byte[] chunk, int length) throws IOException {
    lock.lock();
    try {
      byte[] bytes = chunk;
      int end = length;
      if (held.length > 0) {
        bytes = Arrays.copyOf(held, held.length + length);
        System.arraycopy(chunk, 0, bytes, held.length, length);
        end = bytes.length;
        held = NOTHING;
      }
      int at = 0;
      while (at < end) {
        int piece = Math.min(RECORD, end - at);
        int keep = ExitMarker.unfinished(bytes, at, piece);
        boolean last = at + piece == end;
        if (keep < piece) {
          wire.write(bytes, at, piece - keep);
          at += piece - keep;
        }
        if (last && keep > 0) {
          held = Arrays.copyOfRange(bytes, at, end);
          flushAfter(hold, ++holds);
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    lock.lock();
    try {
      if (held.length > 0) {
        byte[] bytes = held;
        held = NOTHING;
        wire.write(bytes, 0, bytes.length);
      }
    } finally {
      lock.unlock();
    }
  }

  private void flushAfter(Duration time, long turn) {
    wire.after(
        time,
        () -> {
          lock.lock();
          try {
            if (holds == turn) {
              flush();
            }
          } catch (IOException e) {
            held = NOTHING; // the client is gone, which the next write will find
          } finally {
            lock.unlock();
          }
        });
  }
}
