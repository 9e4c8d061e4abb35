package dev.dynode.domain.placement;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.host.HostState;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static HostView host(String id, int dynos, int capacity) {
    return new HostView(new HostId(id), dynos, capacity);
  }

  private static Optional<HostId> id(String id) {
    return Optional.of(new HostId(id));
  }

  @Test
  void thoseWithRoomAreAskedFirstAndTheOthersToo() {
    Search search =
        Search.of(
            Placement.SPREAD, 0, List.of(host("full", 9, 9), host("b", 5, 9), host("c", 1, 9)), 0);
    assertEquals(id("c"), search.next());
    search = search.refused(host("c", 9, 9), false);
    assertEquals(id("b"), search.next());
    search = search.silent();
    assertEquals(id("full"), search.next(), "it may have room by now");
    search = search.refused(host("full", 9, 9), false);
    assertEquals(id("b"), search.next(), "it is asked again");
    assertEquals(
        Optional.of(new Shortage(2, 0, 1, 0, Long.MAX_VALUE)), search.refusal().shortage());
    search = search.refused(host("b", 9, 9), false);
    assertEquals(Optional.empty(), search.next());
    assertEquals(
        Optional.of(new Shortage(3, 0, 0, 0, Long.MAX_VALUE)), search.refusal().shortage());
  }

  @Test
  void whatHostsAnsweredIsToldNotWhatWasHeardOfThem() {
    Search search = Search.of(Placement.SPREAD, 0, List.of(host("a", 0, 9)), 0);
    assertEquals(
        new Shortage(0, 1, 0, 0, 0).refusal(), search.refused(host("a", 0, 9), true).refusal());
    assertEquals(
        new Shortage(0, 0, 0, 0, 0).refusal(),
        Search.of(Placement.PACK, 0, List.of(), 0).refusal());
  }

  /** Many control nodes on many hosts, in virtual time, over a network that loses and doubles. */
  private static final class World {
    /** For good: with places that are free again, a refusal could be right and look wrong. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final int TIMEOUT = 1_000;

    private record Due(long at, long number, Runnable what) {}

    private final Random random;
    private final PriorityQueue<Due> queue =
        new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
    private final Map<HostId, HostState> hosts = new HashMap<>();
    private final List<Map<HostId, HostView>> heard = new ArrayList<>();
    private final Set<DynoId> granted = new HashSet<>();
    private int refused;
    private long now;
    private long number;

    World(Random random, int count) {
      this.random = random;
      for (int i = 0; i < count; i++) {
        var id = new HostId("host-" + i);
        hosts.put(id, HostState.empty(id, 1 + random.nextInt(60), 1 + random.nextInt(60)));
      }
      for (int i = 0; i < 3; i++) {
        heard.add(new HashMap<>());
        hear(i);
      }
    }

    private void at(long when, Runnable what) {
      queue.add(new Due(when, number++, what));
    }

    /** Anything may be lost, late or come twice. */
    private void send(Runnable what) {
      int fate = random.nextInt(20);
      for (int copies = fate == 0 ? 0 : fate == 1 ? 2 : 1; copies > 0; copies--) {
        at(now + random.nextInt(300), what);
      }
    }

    private void hear(int control) {
      hosts.values().forEach(host -> heard.get(control).put(host.id(), host.view()));
      at(now + 1_000, () -> hear(control));
    }

    private Instant clock() {
      return Instant.EPOCH.plusMillis(now);
    }

    void create(int control, DynoId dyno, long bytes) {
      new Asking(control, dyno, bytes).ask();
    }

    private final class Asking {
      private final int control;
      private final DynoId dyno;
      private final long bytes;
      private Search search;
      private boolean over;

      Asking(int control, DynoId dyno, long bytes) {
        this.control = control;
        this.dyno = dyno;
        this.bytes = bytes;
        search = Search.of(Placement.SPREAD, bytes, heard.get(control).values(), 0);
      }

      private void ask() {
        Optional<HostId> next = search.next();
        if (next.isEmpty()) {
          over = true;
          refused++;
          assertEquals(Refusal.Reason.NO_ROOM, search.refusal().reason());
          hosts
              .values()
              .forEach(
                  host -> assertTrue(!host.view().hasRoom(bytes), () -> host.view() + " has room"));
          return;
        }
        HostId host = next.get();
        send(() -> reserve(host));
        Search asked = search;
        at(
            now + TIMEOUT,
            () -> {
              if (!over && search.equals(asked)) {
                search = search.silent();
                ask();
              }
            });
      }

      private void reserve(HostId id) {
        HostState host = requireNonNull(hosts.get(id));
        HostView before = host.view();
        HostState after = host.reserve(dyno, bytes, clock(), KEPT);
        become(after);
        send(() -> answered(before, after.has(dyno)));
      }

      private void answered(HostView before, boolean kept) {
        if (over || (!kept && !search.next().equals(Optional.of(before.id())))) {
          return;
        }
        heard.get(control).put(before.id(), kept ? before.with(bytes) : before);
        if (kept) {
          over = true;
          granted.add(dyno);
          become(requireNonNull(hosts.get(before.id())).begin(dyno, bytes, clock()));
        } else {
          search = search.refused(before, false);
          ask();
        }
      }
    }

    private void become(HostState host) {
      hosts.put(host.id(), host);
      assertTrue(host.view().dynos() <= host.capacity(), host::toString);
      assertTrue(host.promised() <= host.memory(), host::toString);
    }

    void run(long until) {
      while (!queue.isEmpty() && queue.element().at() < until) {
        Due due = queue.remove();
        now = due.at();
        due.what().run();
      }
    }
  }

  @Test
  void noHostIsFilledBeyondItsBoundsAndNobodyRefusedWhileOneHasRoom() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("SearchTest -Dseed=" + seed);
    var random = new Random(seed);
    var world = new World(random, 200);
    for (int i = 0; i < 10_000; i++) {
      var dyno = new DynoId(new UUID(seed, i));
      int control = random.nextInt(3);
      world.at(random.nextInt(60_000), () -> world.create(control, dyno, 1));
    }
    world.run(4_000_000);
    assertEquals(10_000, world.granted.size() + world.refused, "all are answered");
    assertTrue(world.refused > 1_000, world.refused + " were refused");
    int places = world.hosts.values().stream().mapToInt(host -> host.view().dynos()).sum();
    assertTrue(places >= world.granted.size(), "each that was granted has its place");
  }
}
