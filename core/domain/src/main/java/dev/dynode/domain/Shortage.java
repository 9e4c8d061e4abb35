package dev.dynode.domain;

import dev.dynode.domain.host.HostView;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Why no host had a place for a dyno. What is said of it follows from this alone, so that it can be
 * said, and checked, again.
 *
 * @param full hosts that take dynos and had no place
 * @param draining hosts that take none
 * @param silent hosts that did not answer
 * @param bytes memory that the dyno's size promises it
 * @param largest most bytes that one of the full hosts may promise, however empty it is
 */
public record Shortage(int full, int draining, int silent, long bytes, long largest) {

  /**
   * What those that were asked amount to.
   *
   * @param full as they are
   */
  public static Shortage of(Collection<HostView> full, int draining, int silent, long bytes) {
    return new Shortage(
        full.size(),
        draining,
        silent,
        bytes,
        full.stream().mapToLong(HostView::memory).max().orElse(0));
  }

  /** What whoever asked is told. */
  public Refusal refusal() {
    if (silent > 0) {
      return refusal(
          "%d of the hosts did not answer, and no other has room for another dyno; try again in a moment."
              .formatted(silent),
          Map.of());
    }
    if (full == 0) {
      return draining == 0
          ? refusal( // they are down, or have not found the control plane again
              "No host is connected, so no dyno can be started; try again when one is (dynode host list).",
              Map.of("id", "no_host"))
          : refusal(
              "Every host is draining and takes no new dynos; add one, or take one back (dynode host"
                  + " undrain).",
              Map.of());
    }
    return bytes > largest
        ? refusal(
            "No host is large enough for a dyno of this size: it is promised %d MiB of memory, the largest host has %d MiB to promise; ask for a smaller size."
                .formatted(bytes >> 20, largest >> 20),
            Map.of())
        : refusal("No host has room for another dyno; try again when one has ended.", Map.of());
  }

  private Refusal refusal(String message, Map<String, Object> details) {
    return new Refusal(Refusal.Reason.NO_ROOM, message, details, Optional.of(this));
  }
}
