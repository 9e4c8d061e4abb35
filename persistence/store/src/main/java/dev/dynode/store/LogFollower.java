package dev.dynode.store;

import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.Following;
import dev.dynode.port.LogStore.LogFilter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who follows a log, on a virtual thread of its own. Lines wait in a bounded queue; when it is
 * full the oldest is dropped, as logplex does, and before the next line the follower gets one
 * {@code Error L11} from {@code heroku[logplex]} with the number dropped.
 */
final class LogFollower implements Following {
  private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);

  private final LogFilter filter;
  private final int limit;
  private final Consumer<LogLine> consumer;
  private final Consumer<LogFollower> whenClosed;
  private Deque<LogLine> waiting = new ArrayDeque<>();
  private long dropped;
  private @Nullable LogLine firstDropped;
  private @Nullable LogLine lastDropped;
  private @Nullable Thread thread;
  private volatile boolean closed;

  LogFollower(
      LogFilter filter, int limit, Consumer<LogLine> consumer, Consumer<LogFollower> whenClosed) {
    this.filter = filter;
    this.limit = limit;
    this.consumer = consumer;
    this.whenClosed = whenClosed;
  }

  /** Delivers the backlog, then what was offered since this follower was registered. */
  void start(String name, Callable<List<LogLine>> backlog) {
    Thread deliverer = Thread.ofVirtual().name(name).unstarted(() -> deliver(backlog));
    synchronized (this) {
      thread = deliverer;
    }
    deliverer.start();
  }

  /** The next line of the log. Never waits. */
  synchronized void offer(LogLine line) {
    if (closed || !filter.passes(line)) {
      return;
    }
    if (waiting.size() == limit) {
      lastDropped = waiting.remove();
      if (dropped++ == 0) {
        firstDropped = lastDropped;
      }
    }
    waiting.add(line);
    if (waiting.size() == 1) {
      notifyAll();
    }
  }

  private void deliver(Callable<List<LogLine>> backlog) {
    try {
      deliverAll(backlog.call());
      while (!closed) {
        deliverAll(take());
      }
    } catch (InterruptedException e) {
      // closed
    } catch (Exception e) {
      if (!closed) {
        LOG.warn("A follower of a log failed and is dropped", e);
      }
    } finally {
      close();
    }
  }

  private void deliverAll(Iterable<LogLine> lines) {
    for (LogLine line : lines) {
      if (closed) {
        return;
      }
      consumer.accept(line);
    }
  }

  private synchronized Iterable<LogLine> take() throws InterruptedException {
    while (waiting.isEmpty()) {
      if (closed) {
        return List.of();
      }
      wait();
    }
    Deque<LogLine> taken = waiting;
    waiting = new ArrayDeque<>();
    if (firstDropped != null && lastDropped != null) {
      taken.addFirst(LogLine.overflow(dropped, firstDropped.at(), lastDropped.at()));
      dropped = 0;
      firstDropped = null;
      lastDropped = null;
    }
    return taken;
  }

  /** No line is begun to be delivered after this; a consumer that waits is interrupted. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      waiting.clear();
      running = thread;
      notifyAll();
    }
    whenClosed.accept(this);
    if (running != null && running != Thread.currentThread()) {
      running.interrupt();
    }
  }
}
