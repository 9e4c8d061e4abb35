package dev.dynode.journal;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.function.Creator;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.Sequence;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;
import scala.jdk.javaapi.OptionConverters;

/**
 * The queries of {@code dynode.read-journal}. Offsets are places in the whole journal ({@link
 * Offset#sequence}), in the order of the commits, beginning with 1; no reader can overtake a
 * commit, so none ever misses an event. Live queries are woken by the writer. A stream fails if an
 * event cannot be read.
 */
public final class RocksReadJournal
    implements CurrentEventsByPersistenceIdQuery,
        EventsByPersistenceIdQuery,
        CurrentPersistenceIdsQuery {

  /** What {@code PersistenceQuery.getReadJournalFor} calls it. */
  public static final String IDENTIFIER = "dynode.read-journal";

  private final GroupCommit commits;
  private final Reads reads;
  private final Serialization serialization;
  private final Executor threads;

  RocksReadJournal(ExtendedActorSystem system) {
    RocksDatabase database = RocksDatabase.get(system);
    commits = database.commits;
    reads = new Reads(database.store, database.settings.readChunk());
    serialization = SerializationExtension.get(system);
    threads = system.dispatchers().lookup("dynode.journal.read-dispatcher");
  }

  /** The events of one id with numbers in [from, to] that are there when the stream starts. */
  @Override
  public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
      String persistenceId, long from, long to) {
    return lazily(
        () -> {
          long end = Math.min(to, commits.storedHighestSequenceNr(persistenceId));
          return stored(
              Math.max(from, 0),
              next -> reads.events(persistenceId, next, end, Long.MAX_VALUE),
              StoredEvent::sequenceNr);
        });
  }

  /** The same and those to come; ends after number {@code to}. */
  @Override
  public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
      String persistenceId, long from, long to) {
    return lazily(
        () -> {
          Tails.Tail tail = commits.tails().open(persistenceId);
          return live(
                  tail,
                  Math.max(from, 0),
                  to,
                  next -> reads.events(persistenceId, next, to, Long.MAX_VALUE),
                  StoredEvent::sequenceNr)
              .watchTermination(
                  (_, end) -> {
                    end.whenComplete((_, _) -> commits.tails().close(persistenceId, tail));
                    return NotUsed.getInstance();
                  });
        });
  }

  /** Every id that ever persisted, in the order of its bytes. */
  @Override
  public Source<String, NotUsed> currentPersistenceIds() {
    return Source.unfoldAsync(
            "",
            (String last) ->
                read(() -> reads.ids(last))
                    .thenApply(
                        ids ->
                            ids.isEmpty()
                                ? Optional.<Pair<String, List<String>>>empty()
                                : Optional.of(Pair.create(ids.getLast(), ids))))
        .mapConcat(ids -> ids);
  }

  /** The whole journal after the offset, up to what is there when the stream starts. */
  public Source<EventEnvelope, NotUsed> currentEvents(Offset after) {
    long from = after(after);
    return lazily(
        () -> {
          long end = commits.lastOffset();
          return stored(from, next -> reads.inOrder(next, end), StoredEvent::offset);
        });
  }

  /** The whole journal after the offset, and what is to come; never ends. */
  public Source<EventEnvelope, NotUsed> events(Offset after) {
    long from = after(after);
    return lazily(
        () -> {
          Tails.Tail tail = commits.tails().open();
          return live(
                  tail,
                  from,
                  Long.MAX_VALUE,
                  next -> reads.inOrder(next, Long.MAX_VALUE),
                  StoredEvent::offset)
              .watchTermination(
                  (_, end) -> {
                    end.whenComplete((_, _) -> commits.tails().close(tail));
                    return NotUsed.getInstance();
                  });
        });
  }

  /** The first offset of interest: Pekko's offsets name the last event seen. */
  private static long after(Offset offset) {
    if (offset instanceof Sequence sequence) {
      return sequence.value() + 1;
    }
    if (offset.equals(Offset.noOffset())) {
      return 1;
    }
    throw new IllegalArgumentException("Offset.sequence or Offset.noOffset, not " + offset);
  }

  private static <T> Source<T, NotUsed> lazily(Creator<Source<T, NotUsed>> source) {
    return Source.lazySource(source).mapMaterializedValue(_ -> NotUsed.getInstance());
  }

  private Source<EventEnvelope, NotUsed> stored(
      long from, LongFunction<List<StoredEvent>> chunk, ToLongFunction<StoredEvent> place) {
    return Source.unfoldAsync(
            from, (Long next) -> read(() -> chunk.apply(next)).thenApply(e -> step(e, place)))
        .buffer(1, OverflowStrategy.backpressure()) // the next chunk is read meanwhile
        .mapConcat(events -> events)
        .map(this::envelope);
  }

  private Source<EventEnvelope, NotUsed> live(
      Tails.Tail tail,
      long from,
      long to,
      LongFunction<List<StoredEvent>> chunk,
      ToLongFunction<StoredEvent> place) {
    return Source.unfoldAsync(
            from,
            (Long next) ->
                next > to
                    ? CompletableFuture.completedFuture(
                        Optional.<Pair<Long, List<StoredEvent>>>empty())
                    : awaitChunk(tail, next, chunk).thenApply(e -> step(e, place)))
        .mapConcat(events -> events)
        .map(this::envelope);
  }

  private CompletionStage<List<StoredEvent>> awaitChunk(
      Tails.Tail tail, long next, LongFunction<List<StoredEvent>> chunk) {
    CompletableFuture<Void> news = tail.next();
    return read(() -> chunk.apply(next))
        .thenCompose(
            events ->
                events.isEmpty()
                    ? news.thenCompose(_ -> awaitChunk(tail, next, chunk))
                    : CompletableFuture.completedFuture(events));
  }

  private static Optional<Pair<Long, List<StoredEvent>>> step(
      List<StoredEvent> events, ToLongFunction<StoredEvent> place) {
    return events.isEmpty()
        ? Optional.empty()
        : Optional.of(Pair.create(place.applyAsLong(events.getLast()) + 1, events));
  }

  private <T> CompletionStage<T> read(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, threads);
  }

  private EventEnvelope envelope(StoredEvent event) {
    Function<Packed, Object> unpack = packed -> packed.unpack(serialization);
    return new EventEnvelope(
        Offset.sequence(event.offset()),
        event.persistenceId(),
        event.sequenceNr(),
        unpack.apply(event.event()),
        event.timestamp(),
        OptionConverters.toScala(event.metadata().map(unpack)));
  }
}
