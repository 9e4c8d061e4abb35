package dev.dynode.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import org.rocksdb.WALRecoveryMode;

/** {@code dynode.journal} of the configuration; sizes in bytes. */
record JournalSettings(
    Path directory,
    Path nativeDirectory,
    int maxWaitingWrites,
    long maxBatchSize,
    int rememberedIds,
    long writeBufferSize,
    long blockCacheSize,
    long maxWalSize,
    int maxOpenFiles,
    WALRecoveryMode walRecovery,
    long keepFree,
    int readChunk) {

  static JournalSettings of(Config config) {
    String directory = config.getString("directory");
    if (directory.isBlank()) {
      throw new ConfigException.BadValue(
          config.origin(), "dynode.journal.directory", "the folder of the journal is not set");
    }
    String nativeDirectory = config.getString("native-directory");
    Path folder = Path.of(directory).toAbsolutePath().normalize();
    return new JournalSettings(
        folder,
        nativeDirectory.isBlank() ? folder.resolve("native") : Path.of(nativeDirectory),
        config.getInt("max-waiting-writes"),
        config.getBytes("max-batch-size"),
        config.getInt("remembered-ids"),
        config.getBytes("write-buffer-size"),
        config.getBytes("block-cache-size"),
        config.getBytes("max-wal-size"),
        config.getInt("max-open-files"),
        walRecovery(config),
        config.getBytes("keep-free"),
        config.getInt("read-chunk"));
  }

  private static WALRecoveryMode walRecovery(Config config) {
    String mode = config.getString("wal-recovery");
    return switch (mode) {
      case "tolerate-torn-tail" -> WALRecoveryMode.TolerateCorruptedTailRecords;
      case "point-in-time" -> WALRecoveryMode.PointInTimeRecovery;
      default ->
          throw new ConfigException.BadValue(
              config.origin(),
              "dynode.journal.wal-recovery",
              "tolerate-torn-tail or point-in-time, not " + mode);
    };
  }
}
