package dev.dynode.journal;

import com.typesafe.config.Config;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Writes events from elsewhere into a journal that no node uses, and takes away what is kept
 * elsewhere. Not thread-safe.
 */
public final class Intake implements AutoCloseable {
  private static final int IN_FLIGHT = 4_096;

  private final Store store;
  private final GroupCommit commits;
  private final Reads reads;
  private final Deque<CompletableFuture<Optional<Exception>>> written = new ArrayDeque<>();

  private Intake(JournalSettings settings) {
    store = new Store(settings);
    commits = new GroupCommit(store, settings);
    reads = new Reads(store, settings.readChunk());
  }

  /**
   * Opens the journal, or makes it.
   *
   * @param journal settings as under {@code dynode.journal}
   * @throws JournalUnavailable if a node uses it, or it cannot be opened
   */
  public static Intake open(Config journal) {
    return new Intake(JournalSettings.of(journal));
  }

  /** An event that is on disk. */
  public Optional<StoredEvent> event(String id, long sequence) {
    return reads.events(id, sequence, sequence, 1).stream().findFirst();
  }

  /** How many events of an id are on disk. */
  public long count(String id) {
    return commits.storedHighestSequenceNr(id);
  }

  /** Every event of an id on disk. */
  public List<StoredEvent> events(String id) {
    var all = new ArrayList<StoredEvent>();
    for (long next = 1; ; next = all.getLast().sequenceNr() + 1) {
      List<StoredEvent> some = reads.events(id, next, Long.MAX_VALUE, Long.MAX_VALUE);
      if (some.isEmpty()) {
        return all;
      }
      all.addAll(some);
    }
  }

  /** All of it as it is on disk now; to be closed before this is. */
  public Rows rows() {
    return RocksRows.of(store, reads.chunk());
  }

  /** Takes a whole history away, at once, for it is kept elsewhere. Nothing is left of its id. */
  public void remove(String id) {
    List<StoredEvent> events = events(id);
    byte[] name = Keys.id(id);
    long moved = store.use(s -> s.number(s.facts, Store.MOVED)) + events.size();
    commits
        .change(
            batch -> {
              batch.put(store.facts, Store.MOVED, Keys.number(moved));
              batch.delete(store.ids, name);
              for (StoredEvent event : events) {
                batch.delete(store.events, Keys.of(name, event.sequenceNr()));
                batch.delete(store.order, Keys.number(event.offset()));
              }
            })
        .join();
  }

  /** Adds an event; it gets the next offset. It is on disk after {@link #settle}. */
  public void add(StoredEvent event) {
    if (written.size() >= IN_FLIGHT) {
      settle(written.remove());
    }
    written.add(commits.append(event.persistenceId(), event.sequenceNr(), List.of(event.value())));
  }

  /** Waits until the disk has everything that was added. */
  public void settle() {
    while (!written.isEmpty()) {
      settle(written.remove());
    }
  }

  private static void settle(CompletableFuture<Optional<Exception>> write) {
    write
        .join()
        .ifPresent(
            refusal -> {
              throw new IllegalStateException("not written: " + refusal.getMessage(), refusal);
            });
  }

  @Override
  public void close() {
    commits.close();
    store.close();
  }
}
