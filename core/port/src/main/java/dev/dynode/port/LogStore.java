package dev.dynode.port;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the last lines of every app's log and hands new ones to those who follow. Thread-safe. */
public interface LogStore extends AutoCloseable {
  /**
   * Appends in call order. Never blocks on a follower and never throws for a full disk: it counts
   * what it lost.
   */
  void append(AppId app, LogLine line);

  /**
   * The same for a line of a program's output, of which it remembers how far it has come. It may
   * wait for room.
   *
   * @param kept run once the line outlives this process, on this or another thread; never where it
   *     was lost with the store's closing
   */
  void append(AppId app, LogLine line, Origin origin, Runnable kept);

  /**
   * Offset up to which a launch's output is in the log: the end of the last line kept of it, 0 if
   * there is none. It may read the whole log.
   */
  long stored(AppId app, DynoId dyno, int generation);

  /** The newest {@code limit} lines that pass the filter, oldest first. */
  List<LogLine> last(AppId app, int limit, LogFilter filter);

  /**
   * The newest {@code backlog} lines, then every later one, without gap or double, in order, each
   * on the appending thread or a thread of the store. A follower that throws is dropped.
   */
  Following follow(AppId app, int backlog, LogFilter filter, Consumer<LogLine> follower);

  /** Forgets the log of a deleted app. */
  void remove(AppId app);

  @Override
  void close();

  /**
   * Where in a launch's output a line ends.
   *
   * @param end offset of the byte after it
   */
  record Origin(DynoId dyno, int generation, long end) {}

  /** Ends a following. */
  interface Following extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Which lines. {@code null} passes all.
   *
   * @param process equals the line's process, or is its part before the dot ({@code run} passes
   *     {@code run.12})
   */
  record LogFilter(@Nullable String source, @Nullable String process) {
    public static final LogFilter ALL = new LogFilter(null, null);

    public boolean passes(LogLine line) {
      return (source == null || source.equals(line.source()))
          && (process == null
              || process.equals(line.process())
              || line.process().startsWith(process + "."));
    }
  }
}
