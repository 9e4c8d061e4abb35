package dev.dynode.domain.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which host runs a dyno, of those that have room. */
public enum Placement {
  /** The emptiest: dynos keep out of each other's way, and a lost host takes few along. */
  SPREAD(Comparator.comparingDouble(HostView::filled)),
  /** The fullest: hosts that are not needed stay empty. */
  PACK(Comparator.comparingDouble(HostView::filled).reversed());

  @SuppressWarnings("ImmutableEnumChecker") // these comparators hold nothing
  private final Comparator<HostView> order;

  Placement(Comparator<HostView> order) {
    this.order = order.thenComparing(host -> host.id().value());
  }

  /** The best host first. */
  public Comparator<HostView> order() {
    return order;
  }

  /**
   * The best host for a dyno.
   *
   * @param bytes memory that its size promises it
   */
  public Optional<HostView> choose(Collection<HostView> hosts, long bytes) {
    return hosts.stream().filter(host -> host.hasRoom(bytes)).min(order);
  }
}
