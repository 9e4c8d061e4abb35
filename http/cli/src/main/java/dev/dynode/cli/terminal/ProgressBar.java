package dev.dynode.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Supplier;

/** {@code [##### ] 50 % 1,000 of 2,000 events}, on a terminal only. */
public final class ProgressBar {
  private static final int WIDTH = 30;
  private static final long EVERY_NANOS = 100_000_000;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintStream err;
  private final boolean live;
  private long last = System.nanoTime() - EVERY_NANOS;

  /**
   * @param live whether {@code err} is a terminal
   */
  public ProgressBar(PrintStream err, boolean live) {
    this.err = err;
    this.live = live;
  }

  public static ProgressBar onStderr() {
    return new ProgressBar(System.err, Boolean.getBoolean("dynode.stderr.terminal"));
  }

  public void at(long done, long all) {
    at(done, all, () -> String.format(Locale.ROOT, "%,d of %,d events", done, all));
  }

  /**
   * Shows how far it is.
   *
   * @param told asked only where it is shown: most calls come too soon after another
   */
  public void at(long done, long all, Supplier<String> told) {
    if (live && System.nanoTime() - last >= EVERY_NANOS) {
      last = System.nanoTime();
      int full = all == 0 ? WIDTH : (int) Math.min(WIDTH, done * WIDTH / all);
      err.printf(
          Locale.ROOT,
          ERASE_LINE + "[%s%s] %3d %%  %s",
          "#".repeat(full),
          " ".repeat(WIDTH - full),
          all == 0 ? 100 : Math.min(100, done * 100 / all),
          told.get());
      err.flush();
    }
  }

  /** Makes room for something else. */
  public void clear() {
    if (live) {
      err.print(ERASE_LINE);
      err.flush();
    }
  }
}
