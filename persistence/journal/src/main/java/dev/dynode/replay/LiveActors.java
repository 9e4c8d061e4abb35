package dev.dynode.replay;

import dev.dynode.domain.Decider;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.history.Difference;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.Divergence.Kind;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.domain.view.StateDigest;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Compares what the actors of a running node hold with what their events lead to. They are asked
 * first and their events read afterwards, so what they held must be one of the last states.
 *
 * @param patience with an actor
 */
public record LiveActors(ControlPlane control, Duration patience) {
  private static final int LAST_STATES = 64;

  /**
   * Compares all apps and their live dynos.
   *
   * @return how many divergences there are
   */
  public long check(Supplier<Rows> rows, EventCodec codec, Consumer<Divergence> found) {
    long divergences = 0;
    for (AppId app : control.apps().values()) {
      Optional<StateDigest> held = answered(app, control.ask(app, new AppQuery.Digest()));
      Optional<DynoPage> dynos = answered(app, control.dynos(app));
      if (held.isPresent() && dynos.isPresent()) {
        try (Rows now = rows.get()) {
          divergences += check(app, held.get(), dynos.get().dynos(), now, codec, found);
        }
      }
    }
    return divergences;
  }

  private <T> Optional<T> answered(AppId app, CompletionStage<Answer<T>> asked) {
    try {
      return switch (asked.toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        case Answer.Done<T>(T value) -> Optional.of(value);
        case Answer.Refused<T> _ -> Optional.empty();
        case Answer.Failed<T>(var why) ->
            throw new IllegalStateException("app " + app + ": " + why.message());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("app " + app + " does not answer", e);
    }
  }

  private static long check(
      AppId id,
      StateDigest held,
      List<DynoView> dynos,
      Rows rows,
      EventCodec codec,
      Consumer<Divergence> found) {
    var divergences = new ArrayDeque<Divergence>();
    String app = "App|" + id;
    Deque<AppState> states =
        last(rows, codec, app, new AppDecider(AppPolicy.HEROKU), AppEvent.class);
    StateDigest latest = StateDigest.of((Record) states.getLast());
    if (!latest.equals(held) // as mostly it is
        && states.stream().noneMatch(state -> StateDigest.of((Record) state).equals(held))) {
      divergences.add(live(app, "; it differs in " + String.join(", ", held.differences(latest))));
    }
    for (DynoView dyno : dynos) {
      String itself = "Dyno|" + dyno.id();
      var seen = new ArrayDeque<DynoView>();
      states.stream()
          .filter(App.class::isInstance)
          .map(state -> ((App) state).roster().get(dyno.id()))
          .filter(Objects::nonNull)
          .limit(1) // it is the same in all
          .forEach(asked -> seen.add(DynoView.of(asked)));
      for (DynoState state : last(rows, codec, itself, new DynoDecider(), DynoEvent.class)) {
        switch (state) {
          case DynoState.Live live -> seen.add(DynoView.of(live));
          case DynoState.Retired retired -> seen.add(DynoView.of(retired));
          case DynoState.Absent _ -> {}
        }
      }
      if (!seen.contains(dyno)) {
        divergences.add(
            live(itself, seen.isEmpty() ? "" : "; " + Difference.between(dyno, seen.getLast())));
      }
    }
    divergences.forEach(found);
    return divergences.size();
  }

  private static Divergence live(String id, String difference) {
    return new Divergence(
        Kind.LIVE, id, 0, "its actor holds a state its events never led to" + difference);
  }

  private static <E, S> Deque<S> last(
      Rows rows, EventCodec codec, String id, Decider<?, E, S, ?> decider, Class<E> kind) {
    var states = new ArrayDeque<S>();
    S state = decider.initial();
    states.add(state);
    for (Iterator<Row> events = rows.events(id); events.hasNext(); ) {
      if (!(events.next() instanceof Row.Event(var stored))) {
        break; // damaged, which was told
      }
      state = decider.evolve(state, kind.cast(codec.read(stored.event())));
      states.add(state);
      if (states.size() > LAST_STATES) {
        states.remove();
      }
    }
    return states;
  }
}
