package dev.dynode.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A dyno's output on this terminal. {@link #restore} takes back what it has changed of the terminal
 * and did not take back itself, as of a full-screen program that was stopped; nothing is shown
 * after that.
 */
public final class TerminalOutput extends OutputStream {
  private static final long PATIENCE_SECONDS = 1;

  private final OutputStream terminal;
  private final TerminalModes modes = new TerminalModes();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean over;

  public TerminalOutput(OutputStream terminal) {
    this.terminal = terminal;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    lock.lock();
    try {
      if (!over) {
        modes.follow(bytes, offset, length);
        terminal.write(bytes, offset, length);
      }
    } finally {
      lock.unlock();
    }
  }

  /** From any thread; does not wait for a terminal that takes nothing. */
  public void restore() {
    try {
      if (!lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
      try {
        over = true;
        terminal.write(modes.undo());
      } finally {
        lock.unlock();
      }
    } catch (IOException e) {
      // the terminal is gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
