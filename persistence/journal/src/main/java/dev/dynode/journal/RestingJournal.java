package dev.dynode.journal;

import com.typesafe.config.Config;
import java.util.function.Supplier;

/** The journal of a folder that no node uses, opened once to be read. Nothing is written to it. */
public final class RestingJournal implements Supplier<Rows>, AutoCloseable {
  private final Store store;
  private final int chunk;

  private RestingJournal(JournalSettings settings) {
    store = Store.toRead(settings);
    chunk = settings.readChunk();
  }

  /**
   * Opens it.
   *
   * @param journal settings as under {@code dynode.journal}
   * @throws JournalUnavailable if there is none, or it cannot be opened
   */
  public static RestingJournal open(Config journal) {
    return new RestingJournal(JournalSettings.of(journal));
  }

  @Override
  public Rows get() {
    return RocksRows.of(store, chunk);
  }

  @Override
  public void close() {
    store.close();
  }
}
