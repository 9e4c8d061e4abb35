package dev.dynode.store;

import com.typesafe.config.Config;
import dev.dynode.domain.logs.LineText;
import java.time.Duration;

/**
 * Limits of a {@link FileLogStore}: {@code dynode.logs} in reference.conf.
 *
 * @param keptLines newest lines always kept per app, from 1; at most twice as many are on disk
 * @param maxAge older lines are not returned
 * @param lineBytes longer lines (bytes of UTF-8) are split, from 64
 * @param followerQueue lines that may wait for one follower, from 1
 * @param openFiles log files held open at the same time, from 1
 */
public record LogStoreSettings(
    int keptLines, Duration maxAge, int lineBytes, int followerQueue, int openFiles) {

  public LogStoreSettings {
    atLeast("kept-lines", keptLines, 1);
    atLeast("line-bytes", lineBytes, LineText.LONGEST_UNIT);
    atLeast("follower-queue", followerQueue, 1);
    atLeast("open-files", openFiles, 1);
    if (!maxAge.isPositive()) {
      throw new IllegalArgumentException("dynode.logs.max-age must be positive, is " + maxAge);
    }
  }

  /** Reads {@code dynode.logs} of the whole configuration. */
  public static LogStoreSettings of(Config config) {
    Config logs = config.getConfig("dynode.logs");
    return new LogStoreSettings(
        logs.getInt("kept-lines"),
        logs.getDuration("max-age"),
        logs.getInt("line-bytes"),
        logs.getInt("follower-queue"),
        logs.getInt("open-files"));
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "dynode.logs." + key + " must be at least " + least + ", is " + value);
    }
  }
}
