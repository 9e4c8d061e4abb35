package dev.dynode.simulator.faults;

import dev.dynode.simulator.run.Invariants.Broken;
import java.util.List;

/** A broken invariant and all that happened before. */
final class Told extends Broken {
  private static final long serialVersionUID = 1L;
  private final transient List<String> history;

  Told(Throwable broken, List<String> history) {
    super(broken instanceof Broken ? String.valueOf(broken.getMessage()) : broken.toString());
    this.history = history;
  }

  List<String> history() {
    return history;
  }
}
