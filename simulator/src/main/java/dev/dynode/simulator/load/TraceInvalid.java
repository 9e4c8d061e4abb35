package dev.dynode.simulator.load;

/** A trace that cannot be read; the message names the file, the line and what is wrong there. */
public final class TraceInvalid extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TraceInvalid(String message) {
    super(message);
  }
}
