package dev.dynode.simulator.faults;

/** Something that goes wrong, or a dyno that is asked for, so many nanoseconds from the start. */
sealed interface Fault {
  long at();

  /** A dyno is asked for; what it is like follows from its own seed. */
  record Ask(long at, long seed) implements Fault {}

  /** Somebody changes the app; what they want follows from the seed and from what it is then. */
  record Change(long at, long seed) implements Fault {}

  /** A dyno is told something, whatever it does then. */
  record Meddle(long at, long seed) implements Fault {}

  /** The control plane is killed and starts again at once. */
  record ControlKilled(long at) implements Fault {}

  /** The same, when an event of this kind is written and nothing has come of it. */
  record ControlKilledUpon(long at, Class<?> event) implements Fault {}

  /** A host fails with all that runs on it. */
  record HostCrashed(long at, int host) implements Fault {}

  /**
   * A host's agent starts again, its processes go on; it repeats what it knew of launches before.
   */
  record AgentRestarted(long at, int host) implements Fault {}

  /** No message passes between a host and the control plane; then all that waited do. */
  record Partition(long at, int host, long nanos) implements Fault {}

  /**
   * The clock of the control plane is set, by an hour as where daylight saving is misread, or less.
   */
  record ClockSet(long at, long nanos) implements Fault {}

  /** Every other write to the journal fails. */
  record WritesFail(long at, long nanos) implements Fault {}
}
