package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/**
 * One thread and one epoll for all descriptors of the runtime. Whoever waits arms its descriptor
 * for one event. Thread-safe.
 */
public final class Poller implements AutoCloseable {
  private static final int ADD = 1;
  private static final int DELETE = 2;
  private static final int MODIFY = 3;
  private static final int BATCH = 256;
  private static final long WAKE = 0;

  private final int epoll = Libc.epollCreate();
  private final int[] wake = Libc.pipe();
  private final Map<Long, IntConsumer> watched = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong(WAKE);
  private volatile boolean closed;

  public Poller() throws IOException {
    Libc.epollControl(epoll, ADD, wake[0], Libc.EPOLLIN, WAKE);
    Thread.ofPlatform().daemon().name("dynode-poller").start(this::run);
  }

  /**
   * Watches a descriptor.
   *
   * @param ready told the events, on the poller's thread: must not block
   * @return its key
   */
  long watch(int fd, IntConsumer ready) throws IOException {
    long key = ids.incrementAndGet();
    watched.put(key, ready);
    try {
      Libc.epollControl(epoll, ADD, fd, Libc.EPOLLONESHOT, key);
    } catch (IOException e) {
      watched.remove(key);
      throw e;
    }
    return key;
  }

  void arm(int fd, long key, int events) throws IOException {
    Libc.epollControl(epoll, MODIFY, fd, events | Libc.EPOLLONESHOT, key);
  }

  /** Before the descriptor is closed. */
  void forget(int fd, long key) {
    watched.remove(key);
    try {
      Libc.epollControl(epoll, DELETE, fd, 0, key);
    } catch (IOException e) {
      // closing it forgets it too
    }
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment events = arena.allocate((long) BATCH * Libc.EpollEvents.BYTES, 8);
      while (!closed) {
        int n = Libc.epollWait(epoll, events, BATCH, -1, state);
        for (int i = 0; i < n; i++) {
          IntConsumer ready = watched.get(Libc.EpollEvents.data(events, i));
          if (ready != null) {
            ready.accept(Libc.EpollEvents.events(events, i));
          }
        }
      }
    }
    Libc.close(epoll);
    Libc.close(wake[0]);
  }

  @Override
  public void close() {
    closed = true;
    Libc.close(wake[1]); // the read end becomes readable
  }
}
