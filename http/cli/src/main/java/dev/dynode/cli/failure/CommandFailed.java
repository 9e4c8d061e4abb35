package dev.dynode.cli.failure;

/**
 * A command cannot do what it was asked; the message is one sentence for the person at the
 * terminal.
 */
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /** Exit code 1. */
  public CommandFailed(String message) {
    this(message, 1);
  }

  /**
   * @param exitCode 1 to 255
   */
  public CommandFailed(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
