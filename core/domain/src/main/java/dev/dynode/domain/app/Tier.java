package dev.dynode.domain.app;

import dev.dynode.domain.dyno.DynoSize;
import java.util.Locale;
import java.util.Optional;

/** An app's process tier: which dyno sizes it may use (Heroku's article "Dyno Types"). */
public enum Tier {
  ECO("Eco"),
  BASIC("Basic"),
  PRODUCTION("Standard-1X"),
  PRIVATE("Private-M"),
  SHIELD("Private-M");

  private final String oneOffSize;

  Tier(String oneOffSize) {
    this.oneOffSize = oneOffSize;
  }

  /** Size of a one-off dyno that names none (article "One-Off Dynos"). */
  public DynoSize defaultOneOffSize() {
    return DynoSize.named(oneOffSize).orElseThrow();
  }

  /** Spelling of the API, such as {@code production}. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Tier> of(String wire) {
    for (Tier tier : values()) {
      if (tier.wire().equals(wire.toLowerCase(Locale.ROOT))) {
        return Optional.of(tier);
      }
    }
    return Optional.empty();
  }

  /** Whether dynos of this size may run in an app of this tier. */
  public boolean allows(DynoSize size) {
    return switch (this) {
      case ECO -> size.family() == DynoSize.Family.ECO;
      case BASIC -> size.family() == DynoSize.Family.BASIC;
      case PRODUCTION ->
          size.family() == DynoSize.Family.STANDARD || size.family() == DynoSize.Family.PERFORMANCE;
      case PRIVATE, SHIELD -> size.family() == DynoSize.Family.PRIVATE;
    };
  }
}
