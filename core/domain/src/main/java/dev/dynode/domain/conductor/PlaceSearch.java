package dev.dynode.domain.conductor;

import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.placement.Search;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks hosts for a place for one launch of a dyno, as {@link Search} says. */
final class PlaceSearch {
  /** How soon it is looked again while there is a host that was not heard of yet. */
  static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** How long one host has for its answer before another is asked. */
  static final Duration ANSWER = Duration.ofSeconds(1);

  /** Silent hosts are asked so often, each. */
  private static final int ROUNDS = 3;

  /** Where a search stands. */
  sealed interface Stage {
    /** Hosts are being asked. */
    record Asking() implements Stage {}

    /** A host keeps a place. */
    record Found(HostView before) implements Stage {}

    /** Nobody has one, or nobody can be asked. */
    record Nowhere() implements Stage {}
  }

  final DynoId dyno;
  final int generation;
  final long bytes;
  private final List<HostId> asked = new ArrayList<>(1);
  private Search search;
  private boolean settled;
  private int turn;
  private int silent;

  /**
   * @param bytes memory that the dyno's size promises it
   */
  PlaceSearch(Placement placement, DynoId dyno, int generation, long bytes) {
    this.dyno = dyno;
    this.generation = generation;
    this.bytes = bytes;
    search = Search.of(placement, bytes, List.of(), 0);
  }

  /** The search so far, for its grounds or its refusal. */
  Search search() {
    return search;
  }

  /** Those that are there. */
  <W> Stage begin(Signal.HostsSeen<W> seen, List<Step<W>> steps) {
    settled = seen.settled();
    search = Search.of(search.by(), bytes, seen.hosts(), seen.all(), seen.draining());
    return ask(steps);
  }

  /** What a host answers, whenever it does: a place that is kept is taken. */
  <W> Stage answered(Signal.PlaceAnswered<W> answer, List<Step<W>> steps) {
    HostId host = answer.view().id();
    if (answer.kept()) {
      end(Optional.of(host), steps);
      return new Stage.Found(answer.view());
    }
    if (!search.next().equals(Optional.of(host))) {
      return new Stage.Asking(); // it was given up before it answered
    }
    search = search.refused(answer.view(), answer.draining());
    return ask(steps);
  }

  <W> Stage silent(Signal.Wake.Silent due, List<Step<W>> steps) {
    if (due.turn() != turn || !search.next().equals(Optional.of(due.host()))) {
      return new Stage.Asking();
    }
    silent++;
    search = search.silent();
    return silent > ROUNDS * search.left().size() ? nowhere(steps) : ask(steps);
  }

  private <W> Stage ask(List<Step<W>> steps) {
    Optional<HostId> next = search.next();
    if (next.isPresent()) {
      turn++;
      if (!asked.contains(next.get())) {
        asked.add(next.get());
      }
      steps.add(new Step.AskPlace<>(next.get(), dyno, generation, bytes));
      steps.add(new Step.Later<>(ANSWER, new Signal.Wake.Silent(dyno, next.get(), turn)));
      return new Stage.Asking();
    }
    if (!settled) {
      steps.add(new Step.Later<>(LOOK_AGAIN, new Signal.Wake.LookAgain(dyno)));
      return new Stage.Asking();
    }
    return nowhere(steps);
  }

  private <W> Stage nowhere(List<Step<W>> steps) {
    end(Optional.empty(), steps);
    return new Stage.Nowhere();
  }

  /** Whoever else was asked and may keep a place now, or when it hears of this, needs not. */
  private <W> void end(Optional<HostId> keeps, List<Step<W>> steps) {
    for (HostId host : asked) {
      if (!keeps.equals(Optional.of(host))) {
        steps.add(new Step.ReleasePlace<>(host, dyno, generation));
      }
    }
  }
}
