package dev.dynode.domain.id;

import java.util.UUID;

/** Identity of an app: for ever the same, never reused. */
public record AppId(UUID value) {
  public static AppId of(String text) {
    return new AppId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
