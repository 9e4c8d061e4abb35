package dev.dynode.domain.placement;

import dev.dynode.domain.host.HostView;
import java.util.Optional;

/**
 * Why a host was chosen.
 *
 * @param hosts of so many
 * @param dynos dynos it had then
 * @param capacity most dynos it may have
 * @param placement by which rule; older events do not tell
 * @param memory what it had promised then, where that counts; older events do not tell
 */
public record Grounds(
    int hosts, int dynos, int capacity, Optional<Placement> placement, Optional<Memory> memory) {

  /**
   * Memory of a host, in bytes.
   *
   * @param reserved what the sizes of its dynos promised them
   * @param most what it may promise
   */
  public record Memory(long reserved, long most) {}

  /**
   * Of a host that keeps a place.
   *
   * @param hosts of so many
   * @param before as it was then
   */
  public static Grounds of(int hosts, HostView before, Placement by) {
    return new Grounds(
        hosts,
        before.dynos(),
        before.capacity(),
        Optional.of(by),
        before.memory() == Long.MAX_VALUE
            ? Optional.empty()
            : Optional.of(new Memory(before.reserved(), before.memory())));
  }

  /** Whether a dyno of so many bytes had a place there, as far as this tells. */
  public boolean hadRoom(long bytes) {
    return dynos < capacity
        && memory.map(host -> bytes <= host.most() - host.reserved()).orElse(true);
  }
}
