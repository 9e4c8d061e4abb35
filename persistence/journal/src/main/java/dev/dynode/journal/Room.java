package dev.dynode.journal;

import dev.dynode.libc.DiskSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the journal's disk is as good as full. Looked at by the writer alone, now and then. */
final class Room {
  private static final Logger LOG = LoggerFactory.getLogger(Room.class);
  private static final long LOOK_AGAIN_NANOS = 20_000_000;

  /** A new log, sorted files and what RocksDB notes of them need some. */
  private static final long KEEP_FREE_INODES = 64;

  private final Path folder;
  private final long keepFree;
  private long lookedAt = System.nanoTime() - LOOK_AGAIN_NANOS;
  private boolean low;
  private String left = "";

  Room(Path folder, long keepFree) {
    this.folder = folder;
    this.keepFree = keepFree;
  }

  boolean low() {
    long now = System.nanoTime();
    if (low || now - lookedAt >= LOOK_AGAIN_NANOS) {
      lookedAt = now;
      look();
    }
    return low;
  }

  private void look() {
    boolean before = low;
    try {
      DiskSpace space = DiskSpace.of(folder);
      low = space.bytes() < keepFree || space.inodes() < KEEP_FREE_INODES;
      left =
          space.inodes() < KEEP_FREE_INODES
              ? space.inodes() + " inodes are left"
              : String.format(Locale.ROOT, "%.1f MiB are left", space.bytes() / 1048576.0);
    } catch (IOException e) {
      low = false; // then nobody knows, and writing tells
    }
    if (low && !before) {
      LOG.warn("{}", sentence());
    } else if (before && !low) {
      LOG.info("the disk of {} has room again: {}", folder, left);
    }
  }

  /** For whoever is refused. */
  String sentence() {
    return "the disk of "
        + folder
        + " is full ("
        + left
        + "): stop dynos or free space on it; until then only stops, ends and deletions are"
        + " journaled";
  }
}
