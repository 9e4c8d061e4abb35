package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.host.HostState;
import dev.dynode.domain.host.HostState.Reservation;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.time.Dice;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** One host that is asked for places, told of dynos and drained, against a plain count. */
public final class PlacesTrial {
  private static final Duration KEPT = Duration.ofSeconds(30);
  private static final int STEPS = 30;
  private static final List<DynoId> DYNOS =
      IntStream.range(0, 5).mapToObj(i -> new DynoId(new UUID(i, i))).toList();

  private final Dice dice;
  private final int capacity;
  private final long memory;
  private final Map<DynoId, Long> places = new HashMap<>();
  private final Map<DynoId, Reservation> kept = new HashMap<>();
  private Instant now = Instant.EPOCH;
  private boolean draining;
  private HostState host;

  private PlacesTrial(Dice dice) {
    this.dice = dice;
    capacity = 1 + dice.below(4);
    memory = 1L + dice.below(8);
    host = HostState.empty(new HostId("host"), capacity, memory);
  }

  /**
   * Carries a trial out.
   *
   * @return all that the host said, as one number
   */
  public static int run(long seed) {
    var trial = new PlacesTrial(new Dice(seed));
    int said = trial.check();
    for (int i = 0; i < STEPS; i++) {
      trial.now = trial.now.plusSeconds(trial.dice.below(16));
      trial.step();
      said = 31 * said + trial.check();
    }
    return said;
  }

  private void step() {
    DynoId dyno = dice.pick(DYNOS);
    long bytes = dice.below(4);
    switch (dice.below(9)) {
      case 0, 1, 2 -> {
        int generation = 1 + dice.below(3);
        var place = new Reservation(generation, now.plus(KEPT));
        host = host.reserve(dyno, generation, bytes, now, KEPT);
        forget();
        Reservation before = kept.get(dyno);
        if (before != null && generation >= before.generation()) {
          kept.put(dyno, place);
        } else if (!places.containsKey(dyno) && !draining && hasRoom(bytes)) {
          places.put(dyno, bytes);
          kept.put(dyno, place);
        }
      }
      case 3 -> {
        host = host.begin(dyno, bytes, now);
        forget();
        kept.remove(dyno);
        if (!places.containsKey(dyno) && hasRoom(bytes)) {
          places.put(dyno, bytes);
        }
      }
      case 4 -> {
        host = host.found(dyno, bytes);
        places.put(dyno, bytes);
        kept.remove(dyno);
      }
      case 5 -> {
        host = host.free(dyno);
        places.remove(dyno);
        kept.remove(dyno);
      }
      case 6 -> {
        int generation = 1 + dice.below(3);
        host = host.release(dyno, generation);
        Reservation before = kept.get(dyno);
        if (before != null && before.generation() <= generation) {
          kept.remove(dyno);
          places.remove(dyno);
        }
      }
      case 7 -> {
        host = host.at(now);
        forget();
      }
      default -> {
        draining = dice.chance(.5);
        host = host.drain(draining);
      }
    }
  }

  private void forget() {
    places
        .keySet()
        .removeIf(dyno -> kept.containsKey(dyno) && !kept.get(dyno).until().isAfter(now));
    kept.keySet().retainAll(places.keySet());
  }

  private boolean hasRoom(long bytes) {
    return places.size() + 1 <= capacity && sum() + bytes <= memory;
  }

  private long sum() {
    return places.values().stream().mapToLong(Long::longValue).sum();
  }

  private int check() {
    HostView view = host.view();
    same("host", view, new HostView(new HostId("host"), places.size(), capacity, sum(), memory));
    same("places", host.places(), places);
    same("kept", host.reserved(), kept);
    same("draining", host.draining(), draining);
    long bytes = dice.below(4);
    same("room", view.hasRoom(bytes), hasRoom(bytes));
    same("room", view.hasRoom(), hasRoom(0));
    for (DynoId dyno : DYNOS) {
      same("has a place", host.has(dyno), places.containsKey(dyno));
      boolean has = places.containsKey(dyno);
      same(
          "without it",
          host.viewWithout(dyno),
          new HostView(
              new HostId("host"),
              places.size() - (has ? 1 : 0),
              capacity,
              sum() - places.getOrDefault(dyno, 0L),
              memory));
    }
    return host.hashCode();
  }
}
