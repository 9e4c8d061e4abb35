package dev.dynode.simulator.load;

import org.jspecify.annotations.Nullable;

/** The dynos one source asks for in one run, in order of time. */
@FunctionalInterface
public interface Requests {
  /** The next one; null when there is none. */
  @Nullable Request next();
}
