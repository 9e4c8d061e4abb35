package dev.dynode.store;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * Keeps logs in plain files, one folder per app ({@link AppLog}), one line per log line ({@link
 * LogLineFormat}).
 *
 * <p>{@link #append} has handed the line to the operating system (write(2), no fsync) when it
 * returns: it outlives the death of this process at any time, not that of the machine. No lines are
 * held in memory: {@link #last} reads the files. Times are kept to the microsecond and never go
 * backwards within an app: a line that says it is older than the one before gets that one's time.
 */
public final class FileLogStore implements LogStore {
  private final Path directory;
  private final LogStoreSettings settings;
  private final InstantSource clock;
  private final ConcurrentMap<AppId, AppLog> logs = new ConcurrentHashMap<>();
  private final Set<AppLog> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param directory of nobody else; made if it is not there
   * @throws UncheckedIOException if it cannot be made
   */
  public FileLogStore(Path directory, LogStoreSettings settings) {
    this(directory, settings, InstantSource.system());
  }

  /** With another clock, which says what is too old to be returned. */
  public FileLogStore(Path directory, LogStoreSettings settings, InstantSource clock) {
    this.directory = directory;
    this.settings = settings;
    this.clock = clock;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make the folder for logs " + directory, e);
    }
  }

  @Override
  public void append(AppId app, LogLine line) {
    if (!closed) {
      log(app).append(line, null);
    }
  }

  @Override
  public void append(AppId app, LogLine line, Origin origin, Runnable kept) {
    if (!closed) {
      log(app).append(line, origin);
      kept.run();
    }
  }

  @Override
  public long stored(AppId app, DynoId dyno, int generation) {
    try {
      return log(app).stored(dyno, generation);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the log of app " + app, e);
    }
  }

  @Override
  public List<LogLine> last(AppId app, int limit, LogFilter filter) {
    AppLog log = log(app);
    try (LogSnapshot snapshot = log.snapshot(null)) {
      return log.last(snapshot, limit, filter);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the log of app " + app, e);
    }
  }

  /** Each follower has a virtual thread and a bounded queue: see {@link LogFollower}. */
  @Override
  public Following follow(AppId app, int backlog, LogFilter filter, Consumer<LogLine> follower) {
    AppLog log = log(app);
    var following = new LogFollower(filter, settings.followerQueue(), follower, log::forget);
    try {
      LogSnapshot snapshot = log.snapshot(following);
      following.start(
          "log-follower-" + app,
          () -> {
            try (snapshot) {
              return log.last(snapshot, backlog, filter);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the log of app " + app, e);
    }
    if (closed) {
      following.close();
    }
    return following;
  }

  /** Lines that could not be written (disk full or broken) since this store was opened. */
  public long lost() {
    return logs.values().stream().mapToLong(AppLog::lost).sum();
  }

  /** Also ends its followings. */
  @Override
  public void remove(AppId app) {
    try {
      log(app).remove();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove the log of app " + app, e);
    }
  }

  /** Ends all followings; what is appended later is ignored. */
  @Override
  public void close() {
    closed = true;
    logs.values().forEach(AppLog::close);
  }

  private AppLog log(AppId app) {
    AppLog known = logs.get(app);
    return known != null
        ? known
        : logs.computeIfAbsent(
            app, id -> new AppLog(directory.resolve(id.toString()), settings, clock, this::opened));
  }

  /** Called with the lock of {@code log} held: another one's file may be closed only aside. */
  private void opened(AppLog log) {
    open.add(log);
    if (open.size() <= settings.openFiles()) {
      return;
    }
    AppLog oldest = null;
    for (AppLog candidate : open) {
      if (candidate != log && (oldest == null || candidate.usedAt() - oldest.usedAt() < 0)) {
        oldest = candidate;
      }
    }
    if (oldest != null && open.remove(oldest)) {
      Thread.ofVirtual().name("log-closer").start(oldest::closeFile);
    }
  }
}
