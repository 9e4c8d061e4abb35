package dev.dynode.store;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The logs of a folder that no node uses, as {@link FileLogStore} left them. Nothing is written.
 *
 * @param directory of the logs of all apps
 */
public record RestingLogs(Path directory, LogStoreSettings settings) {
  /** The newest lines that pass; none where the app has no log. */
  public List<LogLine> last(AppId app, int limit, LogFilter filter, Instant now) {
    try (var snapshot = new LogSnapshot()) {
      for (Path segment : LogSnapshot.segments(directory.resolve(app.toString()))) {
        if (Files.exists(segment)) {
          snapshot.add(segment, Files.size(segment));
        }
      }
      return snapshot.last(limit, filter, now.minus(settings.maxAge()));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the log of app " + app, e);
    }
  }
}
