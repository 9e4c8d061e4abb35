package dev.dynode.domain.placement;

import dev.dynode.domain.id.HostId;

/**
 * A host as placement sees it.
 *
 * @param dynos dynos it has now
 * @param capacity most dynos it may have
 */
public record HostView(HostId id, int dynos, int capacity) {
  public boolean hasRoom() {
    return dynos < capacity;
  }

  /** Share of its capacity that is taken. */
  public double filled() {
    return (double) dynos / capacity;
  }
}
