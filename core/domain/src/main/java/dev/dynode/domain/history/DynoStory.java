package dev.dynode.domain.history;

import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The story of one dyno as far as it was journaled. Immutable. */
public record DynoStory(List<Step<DynoEvent, DynoState, DynoOrder>> steps) {
  /** The last state in one word. */
  public static final String RETIRED = "retired";

  public DynoStory {
    steps = List.copyOf(steps);
  }

  /**
   * Retells these events, from the first on.
   *
   * @throws IllegalStateException if one cannot follow those before it
   */
  public static DynoStory of(Iterable<DynoEvent> events) {
    var replay = new Replay<>(new DynoDecider());
    var steps = new ArrayList<Step<DynoEvent, DynoState, DynoOrder>>();
    for (DynoEvent event : events) {
      steps.add(replay.next(event));
    }
    return new DynoStory(steps);
  }

  /** What was the case after so many events. */
  public DynoState after(long events) {
    return events == 0 || steps.isEmpty()
        ? new DynoState.Absent()
        : steps.get((int) Math.min(events, steps.size()) - 1).after();
  }

  /** How many events had happened at a time, those of that very moment included. */
  public long countAt(Instant time) {
    return steps.stream().filter(step -> !step.event().at().isAfter(time)).count();
  }

  /** What became of an order of a step. */
  public Outcome outcome(Step<DynoEvent, DynoState, DynoOrder> step, DynoOrder order) {
    return Outcome.of(step, order, steps.subList((int) step.sequence(), steps.size()));
  }

  /** Why everything happened as it did, in sentences. */
  public List<String> explanation() {
    return new Explanation(this).sentences();
  }

  /** The first event of a kind. */
  <E extends DynoEvent> Optional<E> first(Class<E> kind) {
    return steps.stream().map(Step::event).filter(kind::isInstance).map(kind::cast).findFirst();
  }

  /** The last event of a kind. */
  <E extends DynoEvent> Optional<E> last(Class<E> kind) {
    return all(kind).stream().reduce((_, later) -> later);
  }

  <E extends DynoEvent> List<E> all(Class<E> kind) {
    return steps.stream().map(Step::event).filter(kind::isInstance).map(kind::cast).toList();
  }

  /** A state in one word: {@code none}, its phase, or {@link #RETIRED}. */
  public static String word(DynoState state) {
    return switch (state) {
      case DynoState.Absent _ -> "none";
      case DynoState.Live live -> live.phase().name().toLowerCase(Locale.ROOT);
      case DynoState.Retired _ -> RETIRED;
    };
  }
}
