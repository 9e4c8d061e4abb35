package dev.dynode.simulator.scenario;

/** A scenario that cannot be simulated; the message names the field, the place and the remedy. */
public final class ScenarioInvalid extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ScenarioInvalid(String message) {
    super(message);
  }
}
