package dev.dynode.edge.api.json;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A thing by id and name. */
public record Named(String id, String name) {
  /** A thing without an id of its own gets one made of its kind and name, the same for ever. */
  public static Named of(String kind, String name) {
    return new Named(
        UUID.nameUUIDFromBytes((kind + "/" + name).getBytes(StandardCharsets.UTF_8)).toString(),
        name);
  }
}
