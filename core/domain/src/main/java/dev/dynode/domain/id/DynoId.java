package dev.dynode.domain.id;

import java.util.UUID;

/** Identity of a dyno: for ever the same, never reused; its name may serve others later. */
public record DynoId(UUID value) {
  public static DynoId of(String text) {
    return new DynoId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
