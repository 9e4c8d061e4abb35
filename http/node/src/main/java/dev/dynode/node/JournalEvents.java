package dev.dynode.node;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.edge.api.context.EventLog;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import dev.dynode.read.EndedDynos;
import dev.dynode.replay.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The journal, as the API reads it.
 *
 * @param journal its rows at that moment
 * @param blocking where it is read
 */
public record JournalEvents(EventCodec codec, Supplier<Rows> journal, Executor blocking)
    implements EventLog {
  @Override
  public CompletionStage<List<DynoEvent>> ofDyno(DynoId dyno) {
    return read(
        rows -> {
          var events = new ArrayList<DynoEvent>();
          rows.events("Dyno|" + dyno).forEachRemaining(row -> events.add((DynoEvent) event(row)));
          return events;
        });
  }

  @Override
  public CompletionStage<Optional<DynoView>> ended(AppId app, DynoId dyno) {
    return read(rows -> new EndedDynos(rows, codec).dyno(app, dyno));
  }

  @Override
  public CompletionStage<List<DynoView>> lastEnded(AppId app) {
    return read(rows -> new EndedDynos(rows, codec).latest(app, LISTED));
  }

  private <T> CompletionStage<T> read(Function<Rows, T> what) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Rows rows = journal.get()) {
            return what.apply(rows);
          }
        },
        blocking);
  }

  @Override
  public long count(AppId app) {
    try (Rows rows = journal.get()) {
      return rows.highest("App|" + app);
    }
  }

  @Override
  public Stream<Kept> ofApp(AppId app) {
    Rows rows = journal.get();
    Iterator<Row> events = rows.events("App|" + app);
    return StreamSupport.stream(((Iterable<Row>) () -> events).spliterator(), false)
        .map(row -> new Kept((AppEvent) event(row), Instant.ofEpochMilli(stored(row).timestamp())))
        .onClose(rows::close);
  }

  @Override
  public Optional<Instant> end(DynoId dyno) {
    String id = "Dyno|" + dyno;
    try (Rows rows = journal.get()) {
      return rows.event(id, rows.highest(id))
          .map(this::event)
          .filter(DynoEvent.Retired.class::isInstance)
          .map(retired -> ((DynoEvent.Retired) retired).at());
    }
  }

  private Object event(Row row) {
    return codec.read(stored(row).event());
  }

  private static StoredEvent stored(Row row) {
    return switch (row) {
      case Row.Event(StoredEvent stored) -> stored;
      case Row.Damaged(String id, long sequence, String reason) ->
          throw new IllegalStateException(
              "event %d of %s cannot be read: %s".formatted(sequence, id, reason));
      case Row other -> throw new AssertionError("no event: " + other);
    };
  }

  @Override
  public CompletionStage<Optional<DynoId>> find(AppId app, String identity) {
    return read(rows -> find(rows, app, identity));
  }

  private Optional<DynoId> find(Rows rows, AppId app, String identity) {
    return rows.event("Dyno|" + identity, 1)
        .filter(
            row ->
                row instanceof Row.Event(StoredEvent stored)
                    && codec.read(stored.event()) instanceof DynoEvent.Created created
                    && created.spec().app().equals(app))
        .map(_ -> DynoId.of(identity))
        .or(() -> named(rows, app, identity));
  }

  /** From the end, for most are asked for soon; only what can be meant is read as an event. */
  private Optional<DynoId> named(Rows rows, AppId app, String identity) {
    byte[] wanted = identity.getBytes(StandardCharsets.UTF_8);
    for (Iterator<Row> events = rows.backwards("App|" + app); events.hasNext(); ) {
      if (events.next() instanceof Row.Event(StoredEvent stored)
          && contains(stored.event().bytes(), wanted)
          && codec.read(stored.event()) instanceof AppEvent.DynoRequested(_, _, var spec, _, _)
          && spec.name().toString().equals(identity)) {
        return Optional.of(spec.id());
      }
    }
    return Optional.empty();
  }

  private static boolean contains(byte[] bytes, byte[] wanted) {
    for (int at = 0; at <= bytes.length - wanted.length; at++) {
      if (Arrays.mismatch(bytes, at, at + wanted.length, wanted, 0, wanted.length) < 0) {
        return true;
      }
    }
    return false;
  }
}
