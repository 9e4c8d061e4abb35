package dev.dynode.domain.placement;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * For a place of so many bytes, hosts are asked one after the other, until one has it. First those
 * that were last heard to have room, in the order of the policy; then the others, for one may have
 * room by now. Immutable.
 *
 * @param left who is to be asked
 * @param all how many there are
 * @param refused those that were asked, as they are
 * @param draining how many take no dynos
 */
public record Search(
    Placement by, long bytes, List<HostView> left, int all, List<HostView> refused, int draining) {

  public static Search of(Placement by, long bytes, Collection<HostView> hosts, int draining) {
    return of(by, bytes, hosts, hosts.size(), draining);
  }

  /**
   * @param hosts who may be asked, of {@code all}
   */
  public static Search of(
      Placement by, long bytes, Collection<HostView> hosts, int all, int draining) {
    List<HostView> order = new ArrayList<>(hosts);
    if (order.size() > 1) {
      order.sort(
          Comparator.comparing((HostView host) -> !host.hasRoom(bytes)).thenComparing(by.order()));
    }
    return new Search(by, bytes, List.copyOf(order), all, List.of(), draining);
  }

  /** Who is asked next; empty once nobody has a place. */
  public Optional<HostId> next() {
    return left.isEmpty() ? Optional.empty() : Optional.of(left.getFirst().id());
  }

  /** The next one has answered that it has none. */
  public Search refused(HostView now, boolean drains) {
    List<HostView> others = left.subList(1, left.size());
    if (drains) {
      return new Search(by, bytes, others, all, refused, draining + 1);
    }
    List<HostView> more = new ArrayList<>(refused);
    more.add(now);
    return new Search(by, bytes, others, all, List.copyOf(more), draining);
  }

  /** The next one does not answer: it is asked once more after the others. */
  public Search silent() {
    List<HostView> others = new ArrayList<>(left.subList(1, left.size()));
    others.add(left.getFirst());
    return new Search(by, bytes, List.copyOf(others), all, refused, draining);
  }

  /** Why the next one was chosen, which has answered that it keeps a place. */
  public Grounds grounds(HostView before) {
    return Grounds.of(all, before, by);
  }

  /** Why nobody has a place, as far as they have answered. */
  public Refusal refusal() {
    return Shortage.of(refused, draining, left.size(), bytes).refusal();
  }
}
