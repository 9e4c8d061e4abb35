package dev.dynode.cli.terminal;

import java.io.PrintStream;

/**
 * {@code Running bash on myapp... up, run.1234}: on a terminal rewritten in place, else one line.
 */
public final class Progress {
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
  public static Progress onStderr(String what) {
    return new Progress(System.err, what, Boolean.getBoolean("dynode.stderr.terminal"));
  }

  public void is(String status) {
    if (live) {
      err.print(ERASE_LINE + what + "... " + status);
      err.flush();
    }
  }

  public boolean live() {
    return live;
  }

  /** At once, before there is a status. */
  public void begins() {
    err.print(live ? ERASE_LINE + what + "...\r" : what + "...\n");
    err.flush();
  }

  /** For what takes long: a line each time where nothing can be rewritten. */
  public void still(String status) {
    // The cursor goes back, so that a line of somebody else's does not begin behind it.
    err.print(live ? ERASE_LINE + what + "... " + status + "\r" : what + "... " + status + "\n");
    err.flush();
  }

  /** A line beside it. */
  public void aside(String line) {
    err.println((live ? ERASE_LINE : "") + line.replaceAll("\\p{Cntrl}+", " "));
    err.flush();
  }

  public void vanishes() {
    if (live) {
      err.print(ERASE_LINE);
      err.flush();
    }
  }

  public void ends(String status) {
    err.println((live ? ERASE_LINE : "") + what + "... " + status);
    err.flush();
  }
}
