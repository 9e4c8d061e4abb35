package dev.dynode.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A log session that is read as lines come, and when which came. Thread-safe. */
final class LogTail implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** Written once the Retired event is in the journal. */
  private static final String RETIRED = "State changed from up to complete";

  /** Written once the Started event is in the journal. */
  private static final String UP = "State changed from starting to up";

  private final InputStream in;
  private final Map<String, CompletableFuture<Long>> lines = new ConcurrentHashMap<>();

  /**
   * @param in at least one line of backlog comes at once, so that the reading is known to have
   *     begun
   */
  LogTail(InputStream in) throws IOException {
    this.in = in;
    var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    if (reader.readLine() == null) {
      throw new IOException("The log session ended at once.");
    }
    Thread.ofVirtual().name("bench-log").start(() -> read(reader));
  }

  private void read(BufferedReader reader) {
    try {
      for (@Nullable String line = reader.readLine(); line != null; line = reader.readLine()) {
        long now = System.nanoTime();
        arrival(line.substring(line.indexOf(' ') + 1)).complete(now);
      }
    } catch (IOException closed) {
      // by us, or the node is gone, which who waits for a line finds out
    }
  }

  private CompletableFuture<Long> arrival(String line) {
    return lines.computeIfAbsent(line, _ -> new CompletableFuture<>());
  }

  private long await(String line) throws IOException {
    try {
      return arrival(line).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("The log never showed: " + line, e);
    } finally {
      lines.remove(line); // the name may come again
    }
  }

  /** When, in {@link System#nanoTime} terms, this line of the program arrived. */
  long printed(String dyno, String text) throws IOException {
    return await("app[" + dyno + "]: " + text);
  }

  /** When it was known here that the dyno's Started is in the journal. */
  long up(String dyno) throws IOException {
    return await("heroku[" + dyno + "]: " + UP);
  }

  /** When it was known here that the dyno's Retired is in the journal. */
  long retired(String dyno) throws IOException {
    return await("heroku[" + dyno + "]: " + RETIRED);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
