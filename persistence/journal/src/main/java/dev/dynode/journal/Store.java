package dev.dynode.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open RocksDB with its column families. Every use goes through {@link #use}: native memory is
 * gone once closed, and touching it then would end the JVM.
 */
final class Store implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final int CACHE_SHARD_BITS = 2;

  static final byte[] LAST_OFFSET = {'o'};

  /** How many events were moved elsewhere. */
  static final byte[] MOVED = {'m'};

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
  private final WriteOptions synced;
  private final FlushOptions soon;
  private final Room room;
  private final long flushAt;
  private final long most;

  /** Bytes of the log that are not in sorted files. The writer's alone. */
  private long logged;

  private final Wholeness wholeness;
  private final @Nullable Witness witness;
  private boolean closed;

  final RocksDB db;

  /** Facts about the whole: {@link #LAST_OFFSET}, {@link #MOVED}. */
  final ColumnFamilyHandle facts;

  /** Persistence id and sequence number to event. */
  final ColumnFamilyHandle events;

  /** Global offset to the key of the event. */
  final ColumnFamilyHandle order;

  /** Persistence id to highest sequence number ever written. */
  final ColumnFamilyHandle ids;

  /** Persistence id and sequence number to snapshot. */
  final ColumnFamilyHandle snapshots;

  /** Opens it, or makes it. Nothing is changed of one that is not whole. */
  Store(JournalSettings settings) {
    this(settings, false);
  }

  /** Only to be read; there must be one. */
  static Store toRead(JournalSettings settings) {
    var wholeness = new Wholeness(settings);
    if (!wholeness.begun()) {
      wholeness.requireNeverBegun();
      throw new JournalUnavailable("there is no journal in " + settings.directory());
    }
    return new Store(settings, true);
  }

  private Store(JournalSettings settings, boolean readOnly) {
    wholeness = new Wholeness(settings);
    if (!readOnly && !wholeness.begun()) {
      wholeness.requireNeverBegun();
    }
    boolean looked = !readOnly && wholeness.begun() && wholeness.canBeToldBefore();
    if (looked) {
      new Store(settings, true).close();
    }
    NativeLibrary.load(settings.nativeDirectory());
    try {
      if (!readOnly) {
        Files.createDirectories(settings.directory());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the journal: " + settings.directory(), e);
    }
    var families = new ArrayList<ColumnFamilyDescriptor>();
    ColumnFamilyOptions familyOptions = familyOptions(settings);
    for (String name : List.of("default", "events", "order", "ids", "snapshots")) {
      families.add(new ColumnFamilyDescriptor(name.getBytes(UTF_8), familyOptions));
    }
    var handles = new ArrayList<ColumnFamilyHandle>();
    synced = own(new WriteOptions().setSync(true));
    soon = own(new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true));
    room = new Room(settings.directory(), settings.keepFree());
    flushAt = settings.writeBufferSize() * 3 / 4;
    most = settings.writeBufferSize() * 5 / 4;
    try {
      String folder = settings.directory().toString();
      db =
          readOnly
              ? RocksDB.openReadOnly(options(settings), folder, families, handles)
              : RocksDB.open(options(settings), folder, families, handles);
    } catch (RocksDBException e) {
      release();
      throw unavailable(settings, e);
    }
    own(db);
    handles.forEach(this::own);
    facts = handles.get(0);
    events = handles.get(1);
    order = handles.get(2);
    ids = handles.get(3);
    snapshots = handles.get(4);
    try {
      if (!looked) {
        wholeness.require(this);
      }
      witness = readOnly ? null : own(wholeness.witness(this, synced));
    } catch (RocksDBException e) {
      release();
      throw unavailable(settings, e);
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  private DBOptions options(JournalSettings settings) {
    return own(new DBOptions())
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setWalRecoveryMode(settings.walRecovery())
        .setDbWriteBufferSize(2 * settings.writeBufferSize()) // and so much of the log is allocated
        .setMaxTotalWalSize(settings.maxWalSize())
        .setMaxOpenFiles(settings.maxOpenFiles())
        .setAllowMmapReads(false)
        .setAllowMmapWrites(false)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(1 << 20)
        .setMaxManifestFileSize(4 << 20)
        .setManifestPreallocationSize(64 << 10)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private ColumnFamilyOptions familyOptions(JournalSettings settings) {
    // Few shards and parts of indexes: what does not fit into a shard is unpacked at every read.
    var table =
        new BlockBasedTableConfig()
            .setBlockCache(own(new LRUCache(settings.blockCacheSize(), CACHE_SHARD_BITS)))
            .setCacheIndexAndFilterBlocks(true)
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setPartitionFilters(true)
            .setFilterPolicy(own(new BloomFilter(10)));
    return own(new ColumnFamilyOptions())
        .setTableFormatConfig(table)
        .setWriteBufferSize(2 * settings.writeBufferSize())
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setBottommostCompressionType(
            CompressionType.ZSTD_COMPRESSION); // written once, read for ever
  }

  private JournalUnavailable unavailable(JournalSettings settings, RocksDBException e) {
    String folder = settings.directory().toString();
    String reason = String.valueOf(e.getMessage());
    // RocksDB says "While lock file: …/LOCK: Resource temporarily unavailable" or "lock hold by …".
    if (reason.contains("lock file") || reason.contains("lock hold")) {
      return new JournalUnavailable("another node uses this data folder: " + folder, e);
    }
    if (e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace) {
      return new JournalUnavailable(
          "the journal in " + folder + " cannot be opened: its disk is full; free space on it", e);
    }
    if (isDamage(e)) {
      return wholeness.damaged(reason);
    }
    return new JournalUnavailable("the journal in " + folder + " cannot be opened: " + reason, e);
  }

  /** Of a manifest that is missing RocksDB says "No such file or directory". */
  private static boolean isDamage(RocksDBException e) {
    Status status = e.getStatus();
    return status != null
        && (status.getCode() == Status.Code.Corruption
            || status.getCode() == Status.Code.NotFound
            || String.valueOf(e.getMessage()).contains("No such file"));
  }

  /** Work on the open database. Not to be nested; the work must not keep anything native. */
  <T> T use(Work<T> work) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the journal is closed");
      }
      return work.run(this);
    } catch (RocksDBException e) {
      if (isDamage(e)) {
        throw wholeness.damaged(String.valueOf(e.getMessage()));
      }
      throw new UncheckedIOException(new IOException("the journal fails: " + e.getMessage(), e));
    } finally {
      open.readLock().unlock();
    }
  }

  /**
   * Why something is not to be written now. While the disk is full RocksDB is never asked for more
   * than the log has allocated: it would take no more writes at all, not even what frees space.
   *
   * @param bytes of it and of what is written with it
   * @param relief whether it leads to more room
   */
  Optional<WriteRefused> noRoom(long bytes, boolean relief) {
    return room.low() && (!relief || logged + bytes > most)
        ? Optional.of(new WriteRefused(room.sentence()))
        : Optional.empty();
  }

  /**
   * Writes and returns when the disk has it. Sorted files are made in time, and not while the disk
   * is full, so that RocksDB never has to make them by itself.
   */
  void commit(WriteBatch batch) throws RocksDBException {
    db.write(synced, batch);
    logged += batch.getDataSize();
    if (logged >= flushAt && !room.low()) {
      makeSortedFiles();
    }
  }

  /** A failure is not the write's; RocksDB tells it with one of the next, if it lasts. */
  private void makeSortedFiles() {
    try {
      db.flush(soon, List.of(facts, events, order, ids, snapshots));
      logged = 0;
    } catch (RocksDBException e) {
      LOG.warn("the journal makes no sorted files now", e);
    }
  }

  /** The disk has everything up to this offset. */
  void written(long offset) {
    if (witness != null) {
      witness.note(offset);
    }
  }

  /** What is kept under a key; 0: nothing. */
  long number(ColumnFamilyHandle family, byte[] key) throws RocksDBException {
    byte[] number = db.get(family, key);
    return number == null ? 0 : Keys.number(number);
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release();
      }
    } finally {
      open.writeLock().unlock();
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  private void release() {
    for (AutoCloseable resource : owned) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("RocksDB does not close", e);
      }
    }
  }

  @FunctionalInterface
  interface Work<T> {
    T run(Store store) throws RocksDBException;
  }
}
