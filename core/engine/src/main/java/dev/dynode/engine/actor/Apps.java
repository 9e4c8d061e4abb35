package dev.dynode.engine.actor;

import dev.dynode.domain.id.AppId;

/**
 * Where the supervisor of every app is reached, wherever it lives. A message may be lost with the
 * node it lives on. Thread-safe.
 */
@FunctionalInterface
public interface Apps {
  void tell(AppId app, AppSupervisor.Command command);
}
