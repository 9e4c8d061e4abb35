package dev.dynode.edge.api.request;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Log lines in lists. */
public final class ListLogs implements LogStore {
  private record Follower(AppId app, LogFilter filter, Consumer<LogLine> sink) {}

  private final Map<AppId, List<LogLine>> lines = new HashMap<>();
  private final List<Follower> followers = new ArrayList<>();

  @Override
  public synchronized void append(AppId app, LogLine line) {
    lines.computeIfAbsent(app, _ -> new ArrayList<>()).add(line);
    for (Follower follower : List.copyOf(followers)) {
      if (follower.app().equals(app) && follower.filter().passes(line)) {
        try {
          follower.sink().accept(line);
        } catch (RuntimeException e) {
          followers.remove(follower);
        }
      }
    }
  }

  @Override
  public synchronized void append(AppId app, LogLine line, Origin origin, Runnable kept) {
    append(app, line);
    kept.run();
  }

  @Override
  public long stored(AppId app, DynoId dyno, int generation) {
    throw new UnsupportedOperationException("no host asks here");
  }

  @Override
  public synchronized List<LogLine> last(AppId app, int limit, LogFilter filter) {
    List<LogLine> passing =
        lines.getOrDefault(app, List.of()).stream().filter(filter::passes).toList();
    return passing.subList(Math.max(0, passing.size() - limit), passing.size());
  }

  @Override
  public synchronized Following follow(
      AppId app, int backlog, LogFilter filter, Consumer<LogLine> follower) {
    last(app, backlog, filter).forEach(follower);
    var kept = new Follower(app, filter, follower);
    followers.add(kept);
    return () -> {
      synchronized (this) {
        followers.remove(kept);
      }
    };
  }

  public synchronized int followers() {
    return followers.size();
  }

  @Override
  public synchronized void remove(AppId app) {
    lines.remove(app);
  }

  @Override
  public void close() {}
}
