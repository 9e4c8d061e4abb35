package dev.dynode.node;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.VerificationResult;
import dev.dynode.domain.id.AppId;
import dev.dynode.edge.api.context.Archive;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.HistoryExport;
import dev.dynode.replay.LiveActors;
import dev.dynode.replay.Verification;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The journal of a running node as a whole.
 *
 * @param journal its rows at that moment
 * @param live what its actors hold now
 */
public record JournalArchive(Supplier<Rows> journal, EventCodec codec, LiveActors live)
    implements Archive {

  @Override
  public Stream<String> export(Scope scope, boolean secrets) {
    Rows rows = journal.get();
    return export(rows, codec, scope, secrets).onClose(rows::close);
  }

  /** The same of any journal; its rows must stay open until the stream was read. */
  public static Stream<String> export(Rows rows, EventCodec codec, Scope scope, boolean secrets) {
    return switch (scope) {
      case Scope.Everything() -> HistoryExport.ofAll(rows, "everything", _ -> true, secrets);
      case Scope.OfApp(AppId app) ->
          HistoryExport.ofAll(rows, "App|" + app, histories(rows, codec, app)::contains, secrets);
      case Scope.OfDyno(var dyno) -> HistoryExport.ofId(rows, "Dyno|" + dyno, secrets);
    };
  }

  private static Set<String> histories(Rows rows, EventCodec codec, AppId app) {
    String id = "App|" + app;
    var ids = new HashSet<>(Set.of(id));
    for (Iterator<Row> events = rows.events(id); events.hasNext(); ) {
      if (events.next() instanceof Row.Event(var stored)
          && codec.read(stored.event()) instanceof AppEvent.DynoRequested requested) {
        ids.add("Dyno|" + requested.spec().id());
      }
    }
    return ids;
  }

  @Override
  public VerificationResult verify(Consumer<Divergence> found, LongConsumer progress) {
    VerificationResult result;
    try (Rows rows = journal.get()) {
      result = new Verification(rows, codec, found, progress).run();
    }
    return result.and(live.check(journal, codec, found));
  }

  @Override
  public long events() {
    try (Rows rows = journal.get()) {
      return rows.lastOffset();
    }
  }
}
