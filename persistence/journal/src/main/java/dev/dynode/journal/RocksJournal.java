package dev.dynode.journal;

import com.typesafe.config.Config;
import dev.dynode.domain.history.Relief;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * The journal plugin {@code dynode.journal}. Events are serialized on the plugin's own thread,
 * written in groups, and acknowledged once they are on disk. A write that cannot be taken, such as
 * for a full disk, is rejected with {@link WriteRefused}; only a failing disk fails it.
 */
public final class RocksJournal extends AsyncWriteJournal {
  private final GroupCommit commits;
  private final Store store;
  private final Reads reads;
  private final Serialization serialization;
  private final Executor replays;

  public RocksJournal(Config config) {
    ActorSystem system = context().system();
    RocksDatabase database = RocksDatabase.get(system);
    commits = database.commits;
    store = database.store;
    reads = new Reads(store, database.settings.readChunk());
    serialization = SerializationExtension.get(system);
    replays = system.dispatchers().lookup(config.getString("replay-dispatcher"));
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> writes) {
    var results = new ArrayList<CompletableFuture<Optional<Exception>>>();
    for (AtomicWrite write : writes) {
      results.add(append(write));
    }
    var all = CompletableFuture.allOf(results.toArray(CompletableFuture[]::new));
    return FutureConverters.asScala(
        all.thenApply(_ -> results.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<Optional<Exception>> append(AtomicWrite write) {
    try {
      List<byte[]> values = new ArrayList<>(write.size());
      boolean relief = true;
      for (PersistentRepr repr : CollectionConverters.asJava(write.payload())) {
        values.add(StoredEvent.of(repr, serialization).value());
        relief &=
            Relief.is(repr.payload() instanceof Tagged tagged ? tagged.payload() : repr.payload());
      }
      return commits.append(write.persistenceId(), write.lowestSequenceNr(), values, relief);
    } catch (Exception notStorable) { // Scala throws checked exceptions undeclared
      return CompletableFuture.completedFuture(Optional.of(notStorable));
    }
  }

  @Override
  public Future<@Nullable Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return FutureConverters.asScala(
        CompletableFuture.runAsync(() -> delete(persistenceId, toSequenceNr), replays));
  }

  /** A chunk after the other, oldest first; stopped amid, the rest can be deleted again. */
  private void delete(String persistenceId, long toSequenceNr) {
    long from = 0;
    for (List<StoredEvent> events = reads.events(persistenceId, from, toSequenceNr, Long.MAX_VALUE);
        !events.isEmpty();
        events = reads.events(persistenceId, from, toSequenceNr, Long.MAX_VALUE)) {
      List<StoredEvent> gone = events;
      byte[] id = Keys.id(persistenceId);
      commits
          .change(
              batch -> {
                batch.put(store.facts, Wholeness.DELETED, new byte[] {1});
                for (StoredEvent event : gone) {
                  batch.delete(store.events, Keys.of(id, event.sequenceNr()));
                  batch.delete(store.order, Keys.number(event.offset()));
                }
              })
          .join();
      from = events.getLast().sequenceNr() + 1;
    }
  }

  @Override
  public Future<@Nullable Void> doAsyncReplayMessages(
      String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
    return FutureConverters.asScala(
        CompletableFuture.runAsync(() -> replay(persistenceId, from, to, max, replay), replays));
  }

  private void replay(
      String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
    long next = from;
    long left = max;
    while (left > 0 && next <= to) {
      List<StoredEvent> events = reads.events(persistenceId, next, to, left);
      events.forEach(event -> replay.accept(event.repr(serialization)));
      if (events.size() < reads.chunk()) {
        return;
      }
      left -= events.size();
      next = events.getLast().sequenceNr() + 1;
    }
  }

  /** Waits for the writes of an earlier incarnation of the actor that may still be on their way. */
  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
    return FutureConverters.asScala(
        commits
            .settled(replays)
            .thenApplyAsync(_ -> commits.storedHighestSequenceNr(persistenceId), replays));
  }
}
