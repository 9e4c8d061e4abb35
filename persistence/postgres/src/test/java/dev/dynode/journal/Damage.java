package dev.dynode.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.typesafe.config.Config;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Changes the rows of a journal behind its back. */
public final class Damage implements AutoCloseable {
  private static final CBORMapper CBOR = new CBORMapper();

  private final Store store;
  private final Reads reads;

  public Damage(Config journal) {
    store = new Store(JournalSettings.of(journal));
    reads = new Reads(store, 100_000);
  }

  public List<String> ids(String prefix) {
    return reads.ids("").stream().filter(id -> id.startsWith(prefix)).toList();
  }

  public List<StoredEvent> events(String id) {
    return reads.events(id, 1, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** The last event of this class. */
  public Optional<StoredEvent> find(String id, String type) {
    return events(id).stream()
        .filter(event -> event.event().manifest().matches(".*\\$" + type + "(#\\d+)?"))
        .reduce((_, later) -> later);
  }

  public void delete(StoredEvent event) {
    write(batch -> batch.delete(store.events, key(event)));
  }

  /** As the given id's event of the same number. */
  public void copy(StoredEvent event, String id, long sequence) {
    put(id, sequence, event, event.event());
  }

  public void fields(StoredEvent event, Consumer<ObjectNode> change) {
    try {
      ObjectNode fields = (ObjectNode) CBOR.readTree(event.event().bytes());
      change.accept(fields);
      Packed old = event.event();
      Packed changed = new Packed(old.serializer(), old.manifest(), CBOR.writeValueAsBytes(fields));
      put(event.persistenceId(), event.sequenceNr(), event, changed);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public void type(StoredEvent event, UnaryOperator<String> change) {
    Packed old = event.event();
    Packed changed = new Packed(old.serializer(), change.apply(old.manifest()), old.bytes());
    put(event.persistenceId(), event.sequenceNr(), event, changed);
  }

  public void bytes(StoredEvent event, UnaryOperator<byte[]> change) {
    write(batch -> batch.put(store.events, key(event), change.apply(event.value())));
  }

  public void highest(String id, long sequence) {
    write(batch -> batch.put(store.ids, Keys.id(id), Keys.number(sequence)));
  }

  public void forgetPlace(long offset) {
    write(batch -> batch.delete(store.order, Keys.number(offset)));
  }

  public void place(long offset, StoredEvent event) {
    write(batch -> batch.put(store.order, Keys.number(offset), key(event)));
  }

  public void snapshot(String id, long sequence, Packed state) {
    var row = new StoredSnapshot(id, sequence, 0, state, Optional.empty());
    write(batch -> batch.put(store.snapshots, Keys.of(Keys.id(id), sequence), row.value()));
  }

  /** The newest state that is kept. */
  public Packed state(String id) {
    return reads.snapshot(id, Long.MAX_VALUE, _ -> true).orElseThrow().state();
  }

  private void put(String id, long sequence, StoredEvent about, Packed event) {
    var row =
        new StoredEvent(
            id,
            sequence,
            about.offset(),
            about.timestamp(),
            about.writer(),
            about.manifest(),
            Set.of(),
            event,
            Optional.empty());
    write(batch -> batch.put(store.events, Keys.of(Keys.id(id), sequence), row.value()));
  }

  private static byte[] key(StoredEvent event) {
    return Keys.of(Keys.id(event.persistenceId()), event.sequenceNr());
  }

  private interface Change {
    void to(WriteBatch batch) throws RocksDBException;
  }

  private void write(Change change) {
    store.use(
        s -> {
          try (var batch = new WriteBatch()) {
            change.to(batch);
            s.commit(batch);
          }
          return true;
        });
  }

  @Override
  public void close() {
    store.close();
  }
}
