package dev.dynode.domain.history;

import java.util.Set;

/** What of events and states nobody is shown. */
public final class SecretFields {
  /** Fields that hold variables, in events and states. */
  public static final Set<String> VARIABLES = Set.of("env", "config", "set");

  private SecretFields() {}
}
