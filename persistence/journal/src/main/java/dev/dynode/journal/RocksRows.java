package dev.dynode.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/** The rows of the embedded journal. */
public final class RocksRows implements Rows {
  private static final byte[] FIRST = {};
  private static final Reading EVENT = (key, value) -> new Row.Event(StoredEvent.read(key, value));

  private final Store store;
  private final boolean ours;
  private final int chunk;
  private final Snapshot moment;
  private final ReadOptions options;
  private final ReadOptions oneByOne;

  private RocksRows(Store store, boolean ours, int chunk) {
    this.store = store;
    this.ours = ours;
    this.chunk = chunk;
    moment = store.use(s -> s.db.getSnapshot());
    options = new ReadOptions().setSnapshot(moment).setFillCache(false);
    oneByOne = new ReadOptions().setSnapshot(moment);
  }

  public static RocksRows of(ClassicActorSystemProvider system) {
    RocksDatabase database = RocksDatabase.get(system);
    return of(database.store, database.settings.readChunk());
  }

  /** Of a store that stays open. */
  static RocksRows of(Store store, int chunk) {
    return new RocksRows(store, false, chunk);
  }

  static RocksRows in(JournalSettings settings) {
    return new RocksRows(Store.toRead(settings), true, settings.readChunk());
  }

  @Override
  public long lastOffset() {
    return store.use(
        s -> {
          byte[] last = s.db.get(s.facts, options, Store.LAST_OFFSET);
          return last == null ? 0 : Keys.number(last);
        });
  }

  @Override
  public Iterator<Row> events() {
    return new Walk(store.events, FIRST, EVENT);
  }

  @Override
  public Iterator<Row> events(String id) {
    return within(store.events, Keys.id(id), EVENT);
  }

  @Override
  public Iterator<Row> backwards(String id) {
    return new Walk(store.events, Keys.of(Keys.id(id), Long.MAX_VALUE), EVENT) {
      private final byte[] bytes = Keys.id(id);

      @Override
      boolean belongs(byte[] key) {
        return Keys.belongsTo(key, bytes);
      }

      @Override
      void seek(RocksIterator rows, byte[] key) {
        rows.seekForPrev(key);
      }

      @Override
      void step(RocksIterator rows) {
        rows.prev();
      }
    };
  }

  @Override
  public Optional<Row> event(String id, long sequence) {
    byte[] key = Keys.of(Keys.id(id), sequence);
    return store.use(
        s ->
            Optional.ofNullable(s.db.get(s.events, oneByOne, key)).map(value -> event(key, value)));
  }

  @Override
  public long highest(String id) {
    return store.use(
        s -> {
          byte[] number = s.db.get(s.ids, oneByOne, Keys.id(id));
          return number == null ? 0 : Keys.number(number);
        });
  }

  @Override
  public Iterator<Row> ids() {
    return new Walk(
        store.ids,
        FIRST,
        (key, value) -> new Row.Highest(new String(key, UTF_8), Keys.number(value)));
  }

  @Override
  public Iterator<Row> places(long from) {
    return new Walk(
        store.order,
        Keys.number(from),
        (key, value) ->
            new Row.Place(Keys.number(key), Keys.persistenceId(value), Keys.sequenceNr(value)));
  }

  @Override
  public Iterator<Row> snapshots() {
    return new Walk(
        store.snapshots, FIRST, (key, value) -> new Row.State(StoredSnapshot.read(key, value)));
  }

  private static Row event(byte[] key, byte[] value) {
    return read(key, value, EVENT);
  }

  private static Row read(byte[] key, byte[] value, Reading reading) {
    try {
      return reading.read(key, value);
    } catch (RuntimeException e) { // whatever the bytes lead to
      String reason = e.getCause() == null ? e.toString() : e.getMessage() + ": " + e.getCause();
      return key.length > 10
          ? new Row.Damaged(Keys.persistenceId(key), Keys.sequenceNr(key), reason)
          : new Row.Damaged("", key.length == 8 ? Keys.number(key) : 0, reason);
    }
  }

  @FunctionalInterface
  private interface Reading {
    Row read(byte[] key, byte[] value);
  }

  private Iterator<Row> within(ColumnFamilyHandle family, byte[] id, Reading reading) {
    return new Walk(family, Keys.of(id, 0), reading) {
      @Override
      boolean belongs(byte[] key) {
        return Keys.belongsTo(key, id);
      }
    };
  }

  /** Reads a chunk at a time. */
  private class Walk implements Iterator<Row> {
    private final ColumnFamilyHandle family;
    private final Reading reading;
    private final Deque<Row> read = new ArrayDeque<>();
    private byte[] next;
    private boolean over;

    Walk(ColumnFamilyHandle family, byte[] from, Reading reading) {
      this.family = family;
      this.reading = reading;
      next = from;
    }

    boolean belongs(byte[] key) {
      return key.length > 0;
    }

    void seek(RocksIterator rows, byte[] key) {
      rows.seek(key);
    }

    void step(RocksIterator rows) {
      rows.next();
    }

    @Override
    public boolean hasNext() {
      if (read.isEmpty() && !over) {
        fill();
      }
      return !read.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return read.remove();
    }

    private void fill() {
      store.use(
          s -> {
            try (RocksIterator rows = s.db.newIterator(family, options)) {
              for (seek(rows, next); rows.isValid(); step(rows)) {
                byte[] key = rows.key();
                if (!belongs(key)) {
                  break;
                }
                if (read.size() >= chunk) {
                  next = key;
                  return false;
                }
                read.add(RocksRows.read(key, rows.value(), reading));
              }
              over = true;
              try {
                rows.status();
              } catch (RocksDBException e) { // what comes after cannot be reached
                read.add(new Row.Damaged("", 0, "the file of it and others: " + e.getMessage()));
              }
              return true;
            }
          });
    }
  }

  @Override
  public void close() {
    store.use(
        s -> {
          options.close();
          oneByOne.close();
          s.db.releaseSnapshot(moment);
          return true;
        });
    if (ours) {
      store.close();
    }
  }
}
