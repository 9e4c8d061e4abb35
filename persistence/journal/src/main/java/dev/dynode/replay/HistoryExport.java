package dev.dynode.replay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The lines of a history file, made from a journal, in the order of the journal. */
public final class HistoryExport {
  private final HistoryChain chain = new HistoryChain();
  private final Optional<Redaction> redaction;
  private final HistoryLine.Head head;
  private long events;

  private HistoryExport(String of, boolean secrets) {
    head = new HistoryLine.Head(of, secrets);
    redaction = secrets ? Optional.empty() : Optional.of(new Redaction());
  }

  /** Of one id, as {@code Dyno|<uuid>}. The rows must stay open until the stream was read. */
  public static Stream<String> ofId(Rows rows, String id, boolean secrets) {
    return new HistoryExport(id, secrets).lines(stream(rows.events(id)).map(HistoryExport::event));
  }

  /**
   * Of all ids that are wanted.
   *
   * @param of what the head calls it
   */
  public static Stream<String> ofAll(
      Rows rows, String of, Predicate<String> wanted, boolean secrets) {
    return new HistoryExport(of, secrets)
        .lines(
            stream(rows.places(1))
                .map(Row.Place.class::cast)
                .filter(place -> wanted.test(place.id()))
                .map(
                    place ->
                        rows.event(place.id(), place.sequence())
                            .map(HistoryExport::event)
                            .orElseThrow(
                                () -> unreadable(place.id(), place.sequence(), "it is missing"))));
  }

  private static Stream<Row> stream(Iterator<Row> rows) {
    return StreamSupport.stream(((Iterable<Row>) () -> rows).spliterator(), false);
  }

  private static StoredEvent event(Row row) {
    return switch (row) {
      case Row.Event(StoredEvent event) -> event;
      case Row.Damaged(String id, long sequence, String reason) ->
          throw unreadable(id, sequence, reason);
      case Row other -> throw new AssertionError("no event: " + other);
    };
  }

  private static IllegalStateException unreadable(String id, long sequence, String reason) {
    return new IllegalStateException(
        "Event %d of %s cannot be exported: %s; see `dynode verify`."
            .formatted(sequence, id, reason));
  }

  private Stream<String> lines(Stream<StoredEvent> stored) {
    Stream<HistoryLine> lines =
        Stream.of(
                Stream.of(head),
                stored.map(this::line),
                Stream.of(1).map(_ -> new HistoryLine.End(events)))
            .flatMap(part -> part);
    return lines.map(chain::add);
  }

  private HistoryLine line(StoredEvent stored) {
    events++;
    JsonNode fields = EventCodec.fields(stored.event());
    return new HistoryLine.Event(
        stored.persistenceId(),
        stored.sequenceNr(),
        Instant.ofEpochMilli(stored.timestamp()),
        stored.event().manifest(),
        redaction.map(words -> words.redact(fields)).orElse(fields));
  }
}
