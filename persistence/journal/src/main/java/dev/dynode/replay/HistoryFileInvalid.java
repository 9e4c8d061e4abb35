package dev.dynode.replay;

/** A history file is refused; the message names the line. */
public final class HistoryFileInvalid extends Exception {
  private static final long serialVersionUID = 1;

  HistoryFileInvalid(long line, String reason) {
    super("Line " + line + ": " + reason);
  }
}
