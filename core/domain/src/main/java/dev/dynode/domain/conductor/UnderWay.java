package dev.dynode.domain.conductor;

import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is under way about the dynos of an app, one by one: mostly nothing is, and then one look
 * tells so.
 */
final class UnderWay<W> {
  static final Seat GIVEN = new Seat.Given();

  /** How far the place for a dyno's next launch is. */
  sealed interface Seat {
    record Searched(PlaceSearch search) implements Seat {}

    record Kept(HostId host, Grounds grounds, int generation) implements Seat {}

    /** The dyno was told, and has not decided yet. */
    record Given() implements Seat {}

    /** There was none: later, or when a host comes. */
    record Wanted(int generation) implements Seat {}
  }

  /** Those who ask for one dyno, until the app's record decides. */
  record Asking<W>(RunDyno command, List<W> who) {}

  /** About one dyno. */
  static final class One<W> {
    @Nullable Asking<W> asking;

    /** Those who ask, while it is counted whether another has ended. */
    @Nullable Asking<W> counting;

    @Nullable Seat seat;

    /** Those who were granted it before it has journaled anything. */
    @Nullable List<W> awaitingBirth;

    /** Its first event could not be journaled once. */
    boolean unborn;

    private boolean isOver() {
      return asking == null && counting == null && seat == null && awaitingBirth == null && !unborn;
    }
  }

  private final Map<DynoId, One<W>> dynos = new HashMap<>();

  List<DynoId> dynos() {
    return List.copyOf(dynos.keySet());
  }

  /** For something that begins. */
  One<W> about(DynoId dyno) {
    return dynos.computeIfAbsent(dyno, _ -> new One<>());
  }

  /** For something that ends, if anything is under way. */
  void settle(DynoId dyno, Consumer<One<W>> change) {
    One<W> one = dynos.get(dyno);
    if (one != null) {
      change.accept(one);
      if (one.isOver()) {
        dynos.remove(dyno);
      }
    }
  }

  @Nullable Seat seat(DynoId dyno) {
    One<W> one = dynos.get(dyno);
    return one == null ? null : one.seat;
  }

  void unseat(DynoId dyno) {
    settle(dyno, one -> one.seat = null);
  }

  /** The dyno has decided about its place, or cannot. */
  void notGiven(DynoId dyno) {
    if (GIVEN.equals(seat(dyno))) {
      unseat(dyno);
    }
  }

  /** Those who ask are about to be answered. */
  @Nullable Asking<W> endAsking(DynoId dyno) {
    One<W> one = dynos.get(dyno);
    Asking<W> asking = one == null ? null : one.asking;
    settle(dyno, its -> its.asking = null);
    return asking;
  }

  @Nullable Asking<W> endCounting(DynoId dyno) {
    One<W> one = dynos.get(dyno);
    Asking<W> counting = one == null ? null : one.counting;
    settle(dyno, its -> its.counting = null);
    return counting;
  }

  /** Those who ask for a dyno already, whom another one joins. */
  @Nullable Asking<W> asking(DynoId dyno) {
    One<W> one = dynos.get(dyno);
    return one == null ? null : one.asking != null ? one.asking : one.counting;
  }
}
