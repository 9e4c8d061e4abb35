package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.placement.Search;
import dev.dynode.simulator.time.Dice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hosts that are asked for a place one after the other, and answer as they like. */
public final class SearchTrial {
  private static final long MEBIBYTE = 1 << 20;

  private final Dice dice;
  private final Placement policy;
  private final long bytes;
  private final List<HostView> hosts = new ArrayList<>();
  private int draining;

  private SearchTrial(Dice dice) {
    this.dice = dice;
    policy = dice.pick(List.of(Placement.values()));
    bytes = dice.below(4) * MEBIBYTE;
    draining = dice.below(2);
    for (int i = dice.below(6); i > 0; i--) {
      hosts.add(host(new HostId("host-" + i)));
    }
  }

  private HostView host(HostId id) {
    int capacity = 1 + dice.below(4);
    if (dice.chance(.2)) {
      var view = new HostView(id, dice.below(capacity + 1), capacity);
      same("promised", view.reserved(), 0L);
      return view;
    }
    long memory = (1L + dice.below(8)) * MEBIBYTE;
    return new HostView(
        id,
        dice.below(capacity + 1),
        capacity,
        dice.below((int) (memory / MEBIBYTE) + 1) * MEBIBYTE,
        memory);
  }

  /**
   * Carries a trial out.
   *
   * @return all that was said, as one number
   */
  public static int run(long seed) {
    var trial = new SearchTrial(new Dice(seed));
    return 31 * trial.choose() + trial.search();
  }

  private boolean hasRoom(HostView host) {
    return host.dynos() + 1 <= host.capacity() && host.reserved() + bytes <= host.memory();
  }

  /** How much of it is taken, by number or by memory, whichever is more. */
  private static double taken(HostView host) {
    double number = 1.0 * host.dynos() / host.capacity();
    double memory = 1.0 * host.reserved() / host.memory();
    return number > memory ? number : memory;
  }

  /** The emptiest first, or the fullest; of alike ones by name. */
  private int compare(HostView a, HostView b) {
    int order = Double.compare(taken(a), taken(b));
    int byName = a.id().value().compareTo(b.id().value());
    return order == 0 ? byName : policy == Placement.SPREAD ? order : -order;
  }

  private int choose() {
    Optional<HostView> chosen = policy.choose(hosts, bytes);
    same("chosen", chosen, hosts.stream().filter(this::hasRoom).min(this::compare));
    chosen.ifPresent(
        host ->
            same(
                "with one more",
                host.with(bytes),
                new HostView(
                    host.id(),
                    host.dynos() + 1,
                    host.capacity(),
                    host.reserved() + bytes,
                    host.memory())));
    return chosen.hashCode();
  }

  private int search() {
    Deque<HostView> left = new ArrayDeque<>();
    Comparator<HostView> roomyFirst = Comparator.comparingInt(host -> hasRoom(host) ? 0 : 1);
    hosts.stream().sorted(roomyFirst.thenComparing(this::compare)).forEach(left::add);
    Search search = Search.of(policy, bytes, hosts, draining);
    Set<HostId> silent = new HashSet<>();
    List<HostView> answered = new ArrayList<>();
    while (!left.isEmpty()) {
      HostView next = left.element();
      same("next", search.next(), Optional.of(next.id()));
      same(
          "grounds",
          search.grounds(next),
          new Grounds(
              hosts.size(), next.dynos(), next.capacity(), Optional.of(policy), memory(next)));
      if (dice.chance(.3)) {
        if (!silent.add(next.id())) {
          break; // asked once more in vain
        }
        left.add(left.remove());
        search = search.silent();
      } else {
        left.remove();
        HostView now = host(next.id());
        boolean drains = dice.chance(.3);
        search = search.refused(now, drains);
        if (drains) {
          draining++;
        } else {
          answered.add(now);
        }
      }
    }
    same("anybody left", search.next().isPresent(), !left.isEmpty());
    Refusal refusal = search.refusal();
    same("refusal", refusal, why(left.size(), answered));
    return search.hashCode() + refusal.message().hashCode();
  }

  private static Optional<Grounds.Memory> memory(HostView host) {
    return host.memory() == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(new Grounds.Memory(host.reserved(), host.memory()));
  }

  private Refusal why(int silent, List<HostView> answered) {
    long largest = 0;
    for (HostView host : answered) {
      largest = Math.max(largest, host.memory());
    }
    return new Refusal(
        Reason.NO_ROOM,
        words(silent, answered.size(), largest),
        silent == 0 && answered.isEmpty() && draining == 0 ? Map.of("id", "no_host") : Map.of(),
        Optional.of(new Shortage(answered.size(), draining, silent, bytes, largest)));
  }

  private String words(int silent, int full, long largest) {
    if (silent > 0) {
      return silent
          + " of the hosts did not answer, and no other has room for another dyno; try again in a"
          + " moment.";
    }
    if (full == 0) {
      return draining > 0
          ? "Every host is draining and takes no new dynos; add one, or take one back (dynode host"
              + " undrain)."
          : "No host is connected, so no dyno can be started; try again when one is (dynode host"
              + " list).";
    }
    return largest < bytes
        ? "No host is large enough for a dyno of this size: it is promised %d MiB of memory, the largest host has %d MiB to promise; ask for a smaller size."
            .formatted(bytes / MEBIBYTE, largest / MEBIBYTE)
        : "No host has room for another dyno; try again when one has ended.";
  }
}
