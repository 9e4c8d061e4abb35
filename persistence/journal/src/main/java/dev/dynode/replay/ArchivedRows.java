package dev.dynode.replay;

import static java.util.Objects.requireNonNull;

import dev.dynode.journal.Rows;
import dev.dynode.journal.StoredEvent;
import dev.dynode.replay.StoryArchive.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a journal and of what was moved out of it. Where both have a story, for the move was cut
 * off, it is the journal's.
 */
final class ArchivedRows implements Rows {
  private final Rows journal;
  private final StoryArchive archive;

  ArchivedRows(Rows journal, StoryArchive archive) {
    this.journal = journal;
    this.archive = archive;
  }

  private boolean moved(String id) {
    return journal.highest(id) == 0;
  }

  private Optional<Found> found(String id) {
    return moved(id) ? archive.find(id) : Optional.empty();
  }

  private static List<Row> rows(Found found) {
    try {
      return found.file().events(found.place()).stream().<Row>map(Row.Event::new).toList();
    } catch (RuntimeException e) { // whatever the bytes lead to
      return List.of(new Row.Damaged(found.place().name(), 0, String.valueOf(e.getMessage())));
    }
  }

  @Override
  public long lastOffset() {
    return journal.lastOffset();
  }

  /** Those of the journal, then file after file, with their chains. */
  @Override
  public Iterator<Row> events() {
    return all(
        Stream.concat(Stream.of(journal.events()), archive.files().stream().map(FileEvents::new)));
  }

  @Override
  public Iterator<Row> events(String id) {
    return found(id).map(story -> rows(story).iterator()).orElseGet(() -> journal.events(id));
  }

  @Override
  public Iterator<Row> backwards(String id) {
    Optional<Found> story = found(id);
    if (story.isEmpty()) {
      return journal.backwards(id);
    }
    var rows = new ArrayList<>(rows(story.get()));
    Collections.reverse(rows);
    return rows.iterator();
  }

  @Override
  public Optional<Row> event(String id, long sequence) {
    Optional<Found> story = found(id);
    if (story.isEmpty()) {
      return journal.event(id, sequence);
    }
    List<Row> rows = rows(story.get());
    return rows.getFirst() instanceof Row.Damaged
        ? Optional.of(rows.getFirst())
        : rows.stream().skip(Math.max(0, sequence - 1)).findFirst();
  }

  @Override
  public long highest(String id) {
    long highest = journal.highest(id);
    return highest > 0
        ? highest
        : archive.find(id).map(story -> (long) story.place().events()).orElse(0L);
  }

  /** Of the journal alone. */
  @Override
  public Iterator<Row> ids() {
    return journal.ids();
  }

  /** Where all are wanted, those that were moved come last: they have no place any more. */
  @Override
  public Iterator<Row> places(long from) {
    return from > 1
        ? journal.places(from)
        : all(
            Stream.concat(
                Stream.of(journal.places(from)),
                archive.files().stream().map(file -> places(new FileEvents(file)))));
  }

  private static Iterator<Row> places(Iterator<Row> events) {
    return StreamSupport.stream(((Iterable<Row>) () -> events).spliterator(), false)
        .map(
            row ->
                row instanceof Row.Event(StoredEvent event)
                    ? new Row.Place(0, event.persistenceId(), event.sequenceNr())
                    : row)
        .iterator();
  }

  private static Iterator<Row> all(Stream<Iterator<Row>> parts) {
    return parts
        .flatMap(rows -> StreamSupport.stream(((Iterable<Row>) () -> rows).spliterator(), false))
        .iterator();
  }

  @Override
  public Iterator<Row> snapshots() {
    return journal.snapshots();
  }

  @Override
  public void close() {
    journal.close();
  }

  /** All of a file but what the journal has still. */
  private final class FileEvents implements Iterator<Row> {
    private final ArchiveFile archived;
    private @Nullable HistoryFile file;
    private @Nullable Row next;
    private boolean over;
    private String last = "";
    private boolean wanted;

    FileEvents(ArchiveFile archived) {
      this.archived = archived;
    }

    @Override
    public boolean hasNext() {
      while (next == null && !over) {
        next = read();
      }
      return next != null;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = requireNonNull(next);
      next = null;
      return row;
    }

    private @Nullable Row read() {
      try {
        if (file == null) {
          file = new HistoryFile(archived.path());
        }
        HistoryLine.@Nullable Event line = file.next();
        if (line == null) {
          end();
          return null;
        }
        if (!line.id().equals(last)) {
          last = line.id();
          wanted = moved(last);
        }
        return wanted ? new Row.Event(ArchiveFile.stored(line)) : null;
      } catch (IOException | HistoryFileInvalid e) {
        try {
          end();
        } catch (IOException closing) {
          e.addSuppressed(closing);
        }
        return new Row.Damaged(last, 0, archived.path() + ": " + e.getMessage());
      }
    }

    private void end() throws IOException {
      over = true;
      if (file != null) {
        file.close();
      }
    }
  }
}
