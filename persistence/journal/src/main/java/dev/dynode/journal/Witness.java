package dev.dynode.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file beside RocksDB's that notes the last offset acknowledged: RocksDB itself takes a log
 * that is missing, or cut where nothing tells, for one that was never written. It is noted after
 * the log is synced and before anybody is answered, so wherever a crash falls it never knows of
 * more than the log. Two places are written in turns; the higher one counts.
 */
final class Witness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Witness.class);
  private static final String NAME = "WITNESS";
  private static final long FORMAT = 0x44594e4f_44450001L;
  private static final int PLACE = 2 * Long.BYTES;
  private static final int SIZE = Long.BYTES + 2 * PLACE;

  private final FileChannel file;
  private final ByteBuffer place = ByteBuffer.allocate(PLACE);
  private int turn;
  private boolean failing;

  private Witness(FileChannel file) {
    this.file = file;
  }

  static boolean isIn(Path journal) {
    return Files.exists(journal.resolve(NAME));
  }

  /** Makes it, whole or not at all; on disk when this returns. */
  static void make(Path journal, long offset) throws IOException {
    Path part = journal.resolve(NAME + ".part");
    try (var out =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer all = ByteBuffer.allocate(SIZE).putLong(FORMAT);
      all.putLong(offset).putLong(~offset).putLong(offset).putLong(~offset).flip();
      while (all.hasRemaining()) {
        out.write(all);
      }
      out.force(true);
    }
    Files.move(
        part,
        journal.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (var folder = FileChannel.open(journal)) {
      folder.force(true);
    }
  }

  /** The last offset acknowledged; empty: the file says nothing one could believe. */
  static OptionalLong read(Path journal) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(journal.resolve(NAME)));
    if (all.remaining() != SIZE || all.getLong() != FORMAT) {
      return OptionalLong.empty();
    }
    OptionalLong highest = OptionalLong.empty();
    while (all.hasRemaining()) {
      long offset = all.getLong();
      if (offset == ~all.getLong() && offset >= highest.orElse(0)) {
        highest = OptionalLong.of(offset);
      }
    }
    return highest;
  }

  /** To be noted in from now on. */
  static Witness open(Path journal) throws IOException {
    return new Witness(FileChannel.open(journal.resolve(NAME), StandardOpenOption.WRITE));
  }

  /** Everything up to this offset is on disk. Costs what writing 16 bytes to memory costs. */
  void note(long offset) {
    try {
      place.clear().putLong(offset).putLong(~offset).flip();
      file.write(place, Long.BYTES + (long) turn * PLACE);
      turn = 1 - turn;
      failing = false;
    } catch (IOException e) { // it knows of less then, which does no harm
      if (!failing) {
        failing = true;
        LOG.warn("the journal's witness cannot be written", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
