package dev.dynode.domain.id;

import java.util.UUID;

/** Identity of a release: for ever the same, never reused. */
public record ReleaseId(UUID value) {
  public static ReleaseId of(String text) {
    return new ReleaseId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
