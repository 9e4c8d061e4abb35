package dev.dynode.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.rocksdb.RocksIterator;

/** Reading, a chunk at a time: no iterator outlives a call, however slow the reader is. */
final class Reads {
  private final Store store;
  private final int chunk;

  Reads(Store store, int chunk) {
    this.store = store;
    this.chunk = chunk;
  }

  int chunk() {
    return chunk;
  }

  /** Events of one id with numbers in [from, to], at most {@code max} and a chunk. */
  List<StoredEvent> events(String persistenceId, long from, long to, long max) {
    byte[] id = Keys.id(persistenceId);
    int most = (int) Math.min(max, chunk);
    return store.use(
        s -> {
          var found = new ArrayList<StoredEvent>();
          try (RocksIterator rows = s.db.newIterator(s.events)) {
            rows.seek(Keys.of(id, from));
            for (; found.size() < most && rows.isValid(); rows.next()) {
              byte[] key = rows.key();
              if (!Keys.belongsTo(key, id) || Keys.sequenceNr(key) > to) {
                break;
              }
              found.add(StoredEvent.read(key, rows.value()));
            }
            rows.status();
          }
          return found;
        });
  }

  /** Events of the whole journal with offsets in [from, to], a chunk at most. */
  List<StoredEvent> inOrder(long from, long to) {
    return store.use(
        s -> {
          var keys = new ArrayList<byte[]>();
          try (RocksIterator rows = s.db.newIterator(s.order)) {
            rows.seek(Keys.number(from));
            for (; keys.size() < chunk && rows.isValid(); rows.next()) {
              if (Keys.number(rows.key()) > to) {
                break;
              }
              keys.add(rows.value());
            }
            rows.status();
          }
          if (keys.isEmpty()) {
            return List.of(); // RocksDB does not take an empty request
          }
          var families = Collections.nCopies(keys.size(), s.events);
          List<byte[]> values = s.db.multiGetAsList(families, keys);
          var found = new ArrayList<StoredEvent>(keys.size());
          for (int i = 0; i < keys.size(); i++) {
            byte[] value = values.get(i);
            if (value == null) { // what the many cannot read is null like what is not there
              value = s.db.get(s.events, keys.get(i));
            }
            if (value != null) { // else deleted since
              found.add(StoredEvent.read(keys.get(i), value));
            }
          }
          return found;
        });
  }

  /**
   * Ids in the order of their bytes, those after the given one (empty: from the first), a chunk.
   */
  List<String> ids(String after) {
    return store.use(
        s -> {
          var found = new ArrayList<String>();
          try (RocksIterator rows = s.db.newIterator(s.ids)) {
            byte[] last = after.getBytes(UTF_8);
            rows.seek(last);
            if (rows.isValid() && Arrays.equals(rows.key(), last)) {
              rows.next();
            }
            for (; found.size() < chunk && rows.isValid(); rows.next()) {
              found.add(new String(rows.key(), UTF_8));
            }
            rows.status();
          }
          return found;
        });
  }

  /** The newest snapshot the test accepts, from the given sequence number downwards. */
  Optional<StoredSnapshot> snapshot(
      String persistenceId, long newest, Predicate<StoredSnapshot> test) {
    byte[] id = Keys.id(persistenceId);
    return store.use(
        s -> {
          try (RocksIterator rows = s.db.newIterator(s.snapshots)) {
            rows.seekForPrev(Keys.of(id, newest));
            for (; rows.isValid() && Keys.belongsTo(rows.key(), id); rows.prev()) {
              StoredSnapshot snapshot = StoredSnapshot.read(rows.key(), rows.value());
              if (test.test(snapshot)) {
                return Optional.of(snapshot);
              }
            }
            rows.status();
          }
          return Optional.empty();
        });
  }
}
