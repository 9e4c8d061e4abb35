package dev.dynode.domain.placement;

import dev.dynode.domain.host.HostView;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which host runs a dyno, of those that have room. */
public enum Placement {
  /** The emptiest: dynos keep out of each other's way, and a lost host takes few along. */
  SPREAD(1),
  /** The fullest: hosts that are not needed stay empty. */
  PACK(-1);

  private final int sign;

  @SuppressWarnings("ImmutableEnumChecker") // this comparator holds nothing
  private final Comparator<HostView> order;

  Placement(int sign) {
    this.sign = sign;
    order = Comparator.comparingDouble(this::score).thenComparing(host -> host.id().value());
  }

  /** The best host first: of the lowest score, and of these the first by id. */
  public Comparator<HostView> order() {
    return order;
  }

  public double score(HostView host) {
    return sign * host.filled();
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
