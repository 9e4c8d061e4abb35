package dev.dynode.domain.id;

import java.util.UUID;

/** Identity of a slug: for ever the same, never reused. */
public record SlugId(UUID value) {
  public static SlugId of(String text) {
    return new SlugId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
