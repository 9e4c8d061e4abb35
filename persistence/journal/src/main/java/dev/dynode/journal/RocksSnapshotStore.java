package dev.dynode.journal;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** The snapshot plugin {@code dynode.snapshot-store}, in the database of the journal. */
public final class RocksSnapshotStore extends SnapshotStore {
  private final GroupCommit commits;
  private final Store store;
  private final Reads reads;
  private final Serialization serialization;
  private final Executor threads;

  public RocksSnapshotStore() {
    ActorSystem system = context().system();
    RocksDatabase database = RocksDatabase.get(system);
    commits = database.commits;
    store = database.store;
    reads = new Reads(store, database.settings.readChunk());
    serialization = SerializationExtension.get(system);
    threads = system.dispatchers().lookup("dynode.journal.recovery-dispatcher");
  }

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return FutureConverters.asScala(
        CompletableFuture.supplyAsync(
            () ->
                reads
                    .snapshot(persistenceId, criteria.maxSequenceNr(), s -> s.matches(criteria))
                    .map(s -> s.selected(serialization)),
            threads));
  }

  @Override
  public Future<@Nullable Void> doSaveAsync(SnapshotMetadata metadata, Object state) {
    byte[] value = StoredSnapshot.of(metadata, state, serialization).value();
    byte[] key = Keys.of(Keys.id(metadata.persistenceId()), metadata.sequenceNr());
    return FutureConverters.asScala(
        commits.change(batch -> batch.put(store.snapshots, key, value), value.length));
  }

  /** A timestamp of 0 stands for any (Pekko's rule); there is one snapshot per sequence number. */
  @Override
  public Future<@Nullable Void> doDeleteAsync(SnapshotMetadata metadata) {
    long number = metadata.sequenceNr();
    long time = metadata.timestamp();
    return doDeleteAsync(
        metadata.persistenceId(),
        new SnapshotSelectionCriteria(
            number, time == 0 ? Long.MAX_VALUE : time, number, time == 0 ? 0 : time));
  }

  @Override
  public Future<@Nullable Void> doDeleteAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return FutureConverters.asScala(
        CompletableFuture.runAsync(() -> delete(persistenceId, criteria), threads));
  }

  private void delete(String persistenceId, SnapshotSelectionCriteria criteria) {
    byte[] id = Keys.id(persistenceId);
    Optional<StoredSnapshot> next = newest(persistenceId, criteria.maxSequenceNr(), criteria);
    while (next.isPresent()) {
      long number = next.get().sequenceNr();
      commits.change(batch -> batch.delete(store.snapshots, Keys.of(id, number))).join();
      next = number == 0 ? Optional.empty() : newest(persistenceId, number - 1, criteria);
    }
  }

  private Optional<StoredSnapshot> newest(
      String persistenceId, long from, SnapshotSelectionCriteria criteria) {
    return reads.snapshot(persistenceId, from, s -> s.matches(criteria));
  }
}
