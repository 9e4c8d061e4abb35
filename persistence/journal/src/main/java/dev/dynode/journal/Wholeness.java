package dev.dynode.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.TableProperties;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether all files of a journal are there with all they should hold. RocksDB notices a sorted file
 * that is missing or cut, but opens without complaint where a log or the end of one is gone, or
 * what its manifest said last. So it is counted: the events there are against those there were
 * ({@link Store#LAST_OFFSET}), and these against what was acknowledged ({@link Witness}).
 */
final class Wholeness {
  private static final Logger LOG = LoggerFactory.getLogger(Wholeness.class);

  /** In sorted files since there has been a witness: where it is gone, it was taken away. */
  private static final byte[] WITNESSED = {'w'};

  /** There if events were deleted or given up, so that they cannot be counted. */
  static final byte[] DELETED = {'d'};

  private final Path folder;
  private final boolean rescuing;
  private final boolean witnessed;
  private final OptionalLong acknowledged;
  private boolean givenUp;

  /** Before the journal is opened, for what is acknowledged after that cannot be found in it. */
  Wholeness(JournalSettings settings) {
    folder = settings.directory();
    rescuing = settings.walRecovery() == WALRecoveryMode.PointInTimeRecovery;
    try {
      witnessed = Witness.isIn(folder);
      acknowledged = witnessed ? Witness.read(folder) : OptionalLong.empty();
    } catch (IOException e) {
      throw new JournalUnavailable(
          "the journal in " + folder + " cannot be opened: its file WITNESS cannot be read: " + e,
          e);
    }
  }

  /**
   * Whether it can be looked at before it is opened to be written, which changes its files. The
   * first start may have been killed before there was anything to look at.
   */
  boolean canBeToldBefore() {
    return witnessed && !rescuing;
  }

  boolean begun() {
    return Files.isRegularFile(folder.resolve("CURRENT"));
  }

  /**
   * Where there is no journal.
   *
   * @throws JournalUnavailable if there was one
   */
  void requireNeverBegun() {
    if (witnessed || holdsData()) {
      throw damaged("its file CURRENT is missing");
    }
    if (Files.exists(mark())) {
      throw new JournalUnavailable(
          "there was a journal in %s, and it is gone: restore it from a backup (to give it up and begin with an empty one, remove %s)"
              .formatted(folder, mark()));
    }
  }

  /** What RocksDB makes last, once it has a CURRENT: a first start that was killed has none. */
  private boolean holdsData() {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (DirectoryStream<Path> data = Files.newDirectoryStream(folder, "*.{log,sst}")) {
      return data.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException("the journal's folder cannot be read: " + folder, e);
    }
  }

  /** Beside the journal, and so still there when the whole folder is gone. */
  private Path mark() {
    return folder.resolveSibling(folder.getFileName() + ".kept");
  }

  /**
   * Of an open journal.
   *
   * @throws JournalUnavailable if something is missing
   */
  void require(Store store) throws RocksDBException {
    Optional<String> missing = missing(store);
    if (missing.isPresent() && !rescuing) {
      throw damaged(missing.get());
    }
    missing.ifPresent(what -> LOG.warn("the journal in {} is opened, but {}", folder, what));
    givenUp = missing.isPresent();
  }

  private Optional<String> missing(Store store) throws RocksDBException {
    long last = store.number(store.facts, Store.LAST_OFFSET);
    if (store.db.get(store.facts, DELETED) == null) {
      long all = last - store.number(store.facts, Store.MOVED);
      long events = Math.min(rows(store, store.events), rows(store, store.order));
      if (events < all) {
        return Optional.of("%d of its %d events are missing".formatted(all - events, all));
      }
    }
    if (!witnessed) {
      return store.db.get(store.facts, WITNESSED) == null
          ? Optional.empty() // of an earlier version, or made just now
          : Optional.of("its file WITNESS is missing");
    }
    if (acknowledged.isEmpty()) {
      return Optional.of("its file WITNESS cannot be read");
    }
    return acknowledged.getAsLong() > last
        ? Optional.of(
            "it ends with event %d, and %d were written".formatted(last, acknowledged.getAsLong()))
        : Optional.empty();
  }

  /** How many rows there are; nothing is read but what each sorted file says of itself. */
  private static long rows(Store store, ColumnFamilyHandle family) throws RocksDBException {
    long rows = 0;
    for (String table : List.of("active-mem-table", "imm-mem-tables")) {
      rows += store.db.getLongProperty(family, "rocksdb.num-entries-" + table);
      rows -= store.db.getLongProperty(family, "rocksdb.num-deletes-" + table);
    }
    for (TableProperties file : store.db.getPropertiesOfAllTables(family).values()) {
      rows += file.getNumEntries() - file.getNumDeletions();
    }
    return rows;
  }

  /** The witness of a journal that is whole, or that is made do with. */
  Witness witness(Store store, WriteOptions synced) throws RocksDBException {
    try {
      long last = store.number(store.facts, Store.LAST_OFFSET);
      if (givenUp) {
        store.db.put(store.facts, synced, DELETED, new byte[] {1});
      }
      if (!witnessed || acknowledged.orElse(Long.MAX_VALUE) > last) {
        Witness.make(folder, last);
      }
      if (store.db.get(store.facts, WITNESSED) == null) {
        store.db.put(store.facts, synced, WITNESSED, new byte[] {1});
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
          store.db.flush(wait, store.facts);
        }
      }
      if (!Files.exists(mark())) {
        Files.writeString(
            mark(),
            "There is a journal in the folder %s beside this file.\n"
                .formatted(folder.getFileName()),
            StandardCharsets.UTF_8);
      }
      return Witness.open(folder);
    } catch (IOException e) {
      throw new JournalUnavailable("the journal in " + folder + " cannot be opened: " + e, e);
    }
  }

  /** The sentence of every damage. */
  JournalUnavailable damaged(String how) {
    return new JournalUnavailable(
        "the journal in %s is damaged (%s): restore it from a backup, or see dynode.journal.wal-recovery"
            .formatted(folder, how));
  }
}
