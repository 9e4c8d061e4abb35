package dev.dynode.replay;

import dev.dynode.domain.Decider;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import java.util.Iterator;
import java.util.Optional;

/** The state that the first events of a history lead to. */
final class StateAt {
  private StateAt() {}

  /** Empty where the events do not lead anywhere. */
  static Optional<Object> of(Rows rows, EventCodec codec, String id, long sequence) {
    try {
      return Optional.of(
          switch (id.substring(0, id.indexOf('|') + 1)) {
            case "Dyno|" -> replay(new DynoDecider(), rows, codec, id, sequence);
            case "App|" -> replay(new AppDecider(AppPolicy.HEROKU), rows, codec, id, sequence);
            default -> replay(new AppDirectory(0), rows, codec, id, sequence);
          });
    } catch (RuntimeException damaged) {
      return Optional.empty();
    }
  }

  @SuppressWarnings("unchecked") // an event of another kind fails, as a damaged one
  private static <E, S> S replay(
      Decider<?, E, S, ?> decider, Rows rows, EventCodec codec, String id, long sequence) {
    S state = decider.initial();
    Iterator<Row> events = rows.events(id);
    for (long i = 0; i < sequence; i++) {
      state = decider.evolve(state, (E) codec.read(((Row.Event) events.next()).event().event()));
    }
    return state;
  }
}
