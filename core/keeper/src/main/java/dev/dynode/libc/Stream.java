package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking descriptor with blocking reads and writes: a thread that must wait is parked, and
 * a virtual one leaves its carrier. One reader and one writer at a time. Holds no memory while
 * idle.
 */
public final class Stream {
  private static final int MOST = 64 * 1024;

  /** After a read of so many bytes there is probably more. */
  private static final int LIKELY_MORE = 2048;

  /** Native buffers not in use. */
  private static final ArrayDeque<Buffer> FREE = new ArrayDeque<>();

  private static final int MOST_FREE = 64;

  private record Buffer(MemorySegment bytes, MemorySegment state) {
    static Buffer take() {
      synchronized (FREE) {
        Buffer free = FREE.poll();
        if (free != null) {
          return free;
        }
      }
      Arena arena = Arena.ofAuto();
      return new Buffer(arena.allocate(MOST), Libc.state(arena));
    }

    void giveBack() {
      synchronized (FREE) {
        if (FREE.size() < MOST_FREE) {
          FREE.push(this);
        }
      }
    }
  }

  private final Poller poller;
  private final int fd;
  private final long key;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicReference<@Nullable Thread> reader = new AtomicReference<>();
  private final AtomicReference<@Nullable Thread> writer = new AtomicReference<>();
  private int armed;
  private boolean closed;

  public Stream(Poller poller, int fd) throws IOException {
    this.poller = poller;
    this.fd = fd;
    this.key = poller.watch(fd, this::ready);
  }

  public int fd() {
    return fd;
  }

  /** Bytes read, or -1 at the end, on a terminal nobody has open any more, and after close. */
  public int read(byte[] target) throws IOException {
    while (true) {
      Buffer buffer = Buffer.take();
      try {
        long n;
        lock.lock();
        try {
          if (closed) {
            return -1;
          }
          n = readAll(buffer, Math.min(target.length, MOST));
        } finally {
          lock.unlock();
        }
        if (n > 0) {
          MemorySegment.copy(buffer.bytes(), ValueLayout.JAVA_BYTE, 0, target, 0, (int) n);
          return (int) n;
        }
        if (n == 0 || n == -Libc.EIO) {
          return -1;
        }
        if (n != -Libc.EAGAIN && n != -Libc.EINTR) {
          throw new Libc.CallFailed("read", (int) -n);
        }
      } finally {
        buffer.giveBack();
      }
      await(reader, Libc.EPOLLIN);
    }
  }

  /** A terminal gives 4 KiB at most a time: takes what more has gathered meanwhile. */
  private long readAll(Buffer buffer, int most) {
    long done = 0;
    while (true) {
      long n = Libc.read(fd, buffer.bytes().asSlice(done), most - done, buffer.state());
      if (n <= 0) {
        return done > 0 ? done : n;
      }
      done += n;
      if (n < LIKELY_MORE || done == most) {
        return done;
      }
    }
  }

  public void write(byte[] source, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      Buffer buffer = Buffer.take();
      try {
        int piece = Math.min(length - done, MOST);
        MemorySegment.copy(source, offset + done, buffer.bytes(), ValueLayout.JAVA_BYTE, 0, piece);
        long n;
        lock.lock();
        try {
          if (closed) {
            throw new IOException("the program's input is closed");
          }
          n = Libc.write(fd, buffer.bytes(), piece, buffer.state());
        } finally {
          lock.unlock();
        }
        if (n > 0) {
          done += (int) n;
          continue;
        }
        if (n != -Libc.EAGAIN && n != -Libc.EINTR) {
          throw new Libc.CallFailed("write", (int) -n);
        }
      } finally {
        buffer.giveBack();
      }
      await(writer, Libc.EPOLLOUT);
    }
  }

  private void await(AtomicReference<@Nullable Thread> who, int event) throws IOException {
    Thread self = Thread.currentThread();
    who.set(self);
    lock.lock();
    try {
      if (closed) {
        who.set(null);
        return;
      }
      armed |= event;
      poller.arm(fd, key, armed);
    } finally {
      lock.unlock();
    }
    while (who.get() == self) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        who.compareAndSet(self, null);
        throw new IOException("interrupted");
      }
    }
  }

  private void ready(int events) {
    int fired =
        (events & (Libc.EPOLLHUP | Libc.EPOLLERR)) != 0 ? Libc.EPOLLIN | Libc.EPOLLOUT : events;
    lock.lock();
    try {
      armed &= ~fired;
      if (armed != 0 && !closed) {
        poller.arm(fd, key, armed);
      }
    } catch (IOException e) {
      fired = Libc.EPOLLIN | Libc.EPOLLOUT; // let the waiting find out
    } finally {
      lock.unlock();
    }
    if ((fired & Libc.EPOLLIN) != 0) {
      wake(reader);
    }
    if ((fired & Libc.EPOLLOUT) != 0) {
      wake(writer);
    }
  }

  private static void wake(AtomicReference<@Nullable Thread> who) {
    Thread waiting = who.getAndSet(null);
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /** Idempotent; wakes who waits. */
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      poller.forget(fd, key);
      Libc.close(fd);
    } finally {
      lock.unlock();
    }
    wake(reader);
    wake(writer);
  }
}
