package dev.dynode.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The only writer: a thread that takes whatever waits and makes one synced write of it. While the
 * disk works, the next group gathers; so the more there is to write, the cheaper each write
 * becomes.
 */
final class GroupCommit implements AutoCloseable {
  /** Something to be written, whole or not at all. Completed once the disk has it. */
  sealed interface Write {
    /**
     * Of one id, in sequence. Completed with the refusal, if any.
     *
     * @param relief whether it is taken also where the disk is full
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Append(
        String persistenceId,
        byte[] idBytes,
        long firstSequenceNr,
        List<byte[]> values,
        boolean relief,
        CompletableFuture<Optional<Exception>> done)
        implements Write {}

    /**
     * Anything else: snapshots, deletions, or nothing at all to wait for what is before it.
     *
     * @param bytes that it adds; with any it is refused where the disk is full
     */
    record Change(Edit edit, long bytes, CompletableFuture<Void> done) implements Write {}

    record Stop() implements Write {}
  }

  @FunctionalInterface
  interface Edit {
    void apply(WriteBatch batch) throws RocksDBException;
  }

  private final Store store;
  private final long maxBatchSize;
  private final LinkedBlockingQueue<Write> waiting;
  private final Map<String, Long> highest;
  private final Tails tails = new Tails();
  private final Thread thread;
  private volatile boolean closing;
  private volatile long lastOffset;

  GroupCommit(Store store, JournalSettings settings) {
    this.store = store;
    maxBatchSize = settings.maxBatchSize();
    waiting = new LinkedBlockingQueue<>(settings.maxWaitingWrites());
    highest =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > settings.rememberedIds();
          }
        };
    lastOffset = store.use(s -> s.number(s.facts, Store.LAST_OFFSET));
    thread = Thread.ofPlatform().daemon().name("dynode-journal-writer").start(this::run);
  }

  /**
   * Empty: written. Otherwise refused, and nothing was written. Fails if the disk does: then it may
   * be there or not.
   */
  CompletableFuture<Optional<Exception>> append(
      String persistenceId, long firstSequenceNr, List<byte[]> values) {
    return append(persistenceId, firstSequenceNr, values, false);
  }

  /**
   * The same.
   *
   * @param relief whether it is taken also where the disk is full
   */
  CompletableFuture<Optional<Exception>> append(
      String persistenceId, long firstSequenceNr, List<byte[]> values, boolean relief) {
    var append =
        new Write.Append(
            persistenceId,
            Keys.id(persistenceId),
            firstSequenceNr,
            values,
            relief,
            new CompletableFuture<>());
    refuse(append).ifPresent(refusal -> append.done.complete(Optional.of(refusal)));
    return append.done;
  }

  /** Something that adds nothing. */
  CompletableFuture<Void> change(Edit edit) {
    return change(edit, 0);
  }

  /**
   * The same.
   *
   * @param bytes that it adds
   */
  CompletableFuture<Void> change(Edit edit, long bytes) {
    var change = new Write.Change(edit, bytes, new CompletableFuture<>());
    refuse(change).ifPresent(change.done::completeExceptionally);
    return change.done;
  }

  private Optional<WriteRefused> refuse(Write write) {
    if (closing) {
      return Optional.of(new WriteRefused("the journal is closing"));
    }
    return waiting.offer(write)
        ? Optional.empty()
        : Optional.of(
            new WriteRefused("the journal is full: " + waiting.size() + " writes are waiting"));
  }

  /**
   * Completed when all that was accepted before is on disk: a reader then misses nothing. Never
   * refused: with the queue full, one of the given threads waits for a place.
   */
  CompletableFuture<Void> settled(Executor threads) {
    var mark = new Write.Change(_ -> {}, 0, new CompletableFuture<>());
    if (!waiting.offer(mark)) {
      threads.execute(
          () -> {
            try {
              waiting.put(mark);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              mark.done.completeExceptionally(e);
            }
          });
    }
    return mark.done;
  }

  Tails tails() {
    return tails;
  }

  /** The last offset on disk; 0 if there is none. */
  long lastOffset() {
    return lastOffset;
  }

  private void run() {
    var group = new ArrayList<Write>();
    boolean stop = false;
    while (!stop) {
      try {
        group.add(waiting.take());
      } catch (InterruptedException e) {
        group.add(new Write.Stop());
      }
      long size = size(group.getFirst());
      for (Write next; size < maxBatchSize && (next = waiting.poll()) != null; ) {
        group.add(next);
        size += size(next);
      }
      stop = group.stream().anyMatch(Write.Stop.class::isInstance);
      commit(group);
      group.clear();
    }
  }

  private static long size(Write write) {
    return switch (write) {
      case Write.Append append -> append.values().stream().mapToLong(v -> v.length + 64L).sum();
      case Write.Change change -> change.bytes();
      case Write.Stop _ -> 0;
    };
  }

  private void commit(List<Write> group) {
    var answers = new ArrayList<Runnable>(group.size());
    var touched = new HashSet<String>();
    try {
      long offset =
          store.use(
              s -> {
                try (var batch = new WriteBatch()) {
                  long last = lastOffset;
                  for (Write write : group) {
                    last = put(batch, write, last, answers, touched);
                  }
                  if (last > lastOffset) {
                    batch.put(s.facts, Store.LAST_OFFSET, Keys.number(last));
                  }
                  if (batch.count() > 0) {
                    s.commit(batch);
                  }
                  return last;
                }
              });
      if (offset > lastOffset) {
        store.written(offset);
      }
      lastOffset = offset;
    } catch (RuntimeException e) {
      // Whether the disk has it is unknown; what memory believes must not be trusted either.
      highest.clear();
      group.forEach(write -> fail(write, e));
      return;
    }
    answers.forEach(Runnable::run);
    tails.wake(touched);
  }

  private long put(
      WriteBatch batch, Write write, long last, List<Runnable> answers, Set<String> touched)
      throws RocksDBException {
    switch (write) {
      case Write.Append append -> {
        String id = append.persistenceId();
        byte[] idBytes = append.idBytes();
        long known = highestSequenceNr(id, idBytes);
        if (append.firstSequenceNr() <= known) {
          var refusal =
              new WriteRefused(
                  id
                      + " has "
                      + known
                      + " events: number "
                      + append.firstSequenceNr()
                      + " comes from a second writer");
          answers.add(() -> append.done().complete(Optional.of(refusal)));
          return last;
        }
        Optional<WriteRefused> noRoom =
            store.noRoom(batch.getDataSize() + size(append), append.relief());
        if (noRoom.isPresent()) {
          answers.add(() -> append.done().complete(noRoom.map(why -> why)));
          return last;
        }
        long sequenceNr = append.firstSequenceNr();
        for (byte[] value : append.values()) {
          last++;
          byte[] key = Keys.of(idBytes, sequenceNr++);
          StoredEvent.place(value, last);
          batch.put(store.events, key, value);
          batch.put(store.order, Keys.number(last), key);
        }
        batch.put(store.ids, idBytes, Keys.number(sequenceNr - 1));
        highest.put(id, sequenceNr - 1);
        touched.add(id);
        answers.add(() -> append.done().complete(Optional.empty()));
      }
      case Write.Change change -> {
        Optional<WriteRefused> noRoom =
            change.bytes() == 0
                ? Optional.empty()
                : store.noRoom(batch.getDataSize() + change.bytes(), false);
        if (noRoom.isPresent()) {
          answers.add(() -> change.done().completeExceptionally(noRoom.get()));
          return last;
        }
        change.edit().apply(batch);
        answers.add(() -> change.done().complete(null));
      }
      case Write.Stop _ -> {}
    }
    return last;
  }

  private long highestSequenceNr(String id, byte[] idBytes) throws RocksDBException {
    Long known = highest.get(id);
    return known != null ? known : store.number(store.ids, idBytes);
  }

  /** Only for readers; a write still waiting is not counted. */
  long storedHighestSequenceNr(String persistenceId) {
    return store.use(s -> s.number(s.ids, persistenceId.getBytes(UTF_8)));
  }

  private static void fail(Write write, RuntimeException e) {
    switch (write) {
      case Write.Append append -> append.done().completeExceptionally(e);
      case Write.Change change -> change.done().completeExceptionally(e);
      case Write.Stop _ -> {}
    }
  }

  /** Writes what is waiting and stops the thread. */
  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        waiting.offer(new Write.Stop());
        thread.join(100);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
