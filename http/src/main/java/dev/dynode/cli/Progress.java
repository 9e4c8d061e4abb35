package dev.dynode.cli;

import java.io.PrintStream;

/**
 * {@code Running bash on myapp... up, run.1234}: on a terminal rewritten in place, else one line.
 */
final class Progress {
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintStream err;
  private final String what;
  private final boolean live;

  /**
   * @param live whether {@code err} is a terminal
   */
  Progress(PrintStream err, String what, boolean live) {
    this.err = err;
    this.what = what.replaceAll("\\p{Cntrl}+", " ");
    this.live = live;
  }

  /** On stderr; the launcher says whether that is a terminal. */
  static Progress onStderr(String what) {
    return new Progress(System.err, what, Boolean.getBoolean("dynode.stderr.terminal"));
  }

  void is(String status) {
    if (live) {
      err.print(ERASE_LINE + what + "... " + status);
      err.flush();
    }
  }

  void ends(String status) {
    err.println((live ? ERASE_LINE : "") + what + "... " + status);
    err.flush();
  }
}
