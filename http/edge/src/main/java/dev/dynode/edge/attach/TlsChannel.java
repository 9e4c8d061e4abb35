package dev.dynode.edge.attach;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The client's end of a connection: TLS over TCP, one record per write of up to 16 KiB (the JDK's
 * TLS neither joins nor buffers writes). One reader; any number of writers. {@link #cut} never
 * blocks and ends every other call.
 */
final class TlsChannel {
  /** Most bytes that TLS puts in one record. */
  static final int RECORD = 16 * 1024;

  /** What the heroku command drops unread, whatever it holds; other clients compare it. */
  private static final byte[] GREETING = "rendezvous\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Listener.Line line;
  private final SSLSocket tls;
  private final ScheduledExecutorService clock;
  private final ReentrantLock writing = new ReentrantLock();
  private final String address;
  private InputStream in = InputStream.nullInputStream();
  private OutputStream out = OutputStream.nullOutputStream();
  private boolean greeted;
  private boolean finished;
  private volatile long lastByte = System.nanoTime();

  TlsChannel(Listener.Line line, SSLContext context, ScheduledExecutorService clock)
      throws IOException {
    this.line = line;
    this.clock = clock;
    this.address = line.getInetAddress().getHostAddress();
    this.tls = (SSLSocket) context.getSocketFactory().createSocket(line, null, true);
  }

  String address() {
    return address;
  }

  void handshake(Duration timeout) throws IOException {
    var deadline = cutAfter(timeout);
    try {
      tls.startHandshake();
      in = tls.getInputStream();
      out = tls.getOutputStream();
    } finally {
      deadline.cancel();
    }
  }

  TokenLine tokenLine(int maxLength, Duration timeout) throws IOException {
    var deadline = cutAfter(timeout);
    try {
      return TokenLine.read(in, maxLength);
    } finally {
      deadline.cancel();
    }
  }

  /** Sends the greeting, a record of its own, unless it was sent. */
  void greet() throws IOException {
    writing.lock();
    try {
      if (!greeted) {
        greeted = true;
        out.write(GREETING);
        out.flush();
        lastByte = System.nanoTime();
      }
    } finally {
      writing.unlock();
    }
  }

  /** Reads what is left of a record, or the next one: never bytes of two. */
  int read(byte[] buffer) throws IOException {
    return in.read(buffer);
  }

  /** What was read is somebody's. */
  void moved() {
    lastByte = System.nanoTime();
  }

  /** Whether the next {@link #read} begins a record. */
  boolean atRecordStart() throws IOException {
    return in.available() == 0;
  }

  /** Whether the client ended its direction with a close_notify, seen after a read gave -1. */
  boolean endedCleanly() {
    return !line.cut();
  }

  /**
   * Sends bytes; parks while the client does not take them.
   *
   * @throws IOException also once {@link #lastWords} were sent
   */
  void write(byte[] buffer, int offset, int length) throws IOException {
    writing.lock();
    try {
      if (finished) {
        throw new IOException("our side is closed");
      }
      out.write(buffer, offset, length);
      lastByte = System.nanoTime();
    } finally {
      writing.unlock();
    }
  }

  /** Sends a text in a record of its own, greeting first, then close_notify. */
  void lastWords(String text) throws IOException {
    writing.lock();
    try {
      if (!finished) {
        greet();
        if (!text.isEmpty()) {
          out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        finished = true;
        tls.shutdownOutput();
      }
    } finally {
      writing.unlock();
    }
  }

  /** When the last byte moved, in {@link System#nanoTime} terms. */
  long lastByte() {
    return lastByte;
  }

  Instant lastByteAt() {
    return Instant.now().minusNanos(System.nanoTime() - lastByte);
  }

  /** Cuts the connection after a time, unless cancelled. */
  Deadline cutAfter(Duration timeout) {
    var due = clock.schedule(this::cut, timeout.toNanos(), TimeUnit.NANOSECONDS);
    return () -> due.cancel(false);
  }

  /** Does something after a time, on a virtual thread of its own, unless cancelled. */
  Deadline after(Duration time, Runnable what) {
    var due =
        clock.schedule(() -> Thread.startVirtualThread(what), time.toNanos(), TimeUnit.NANOSECONDS);
    return () -> due.cancel(false);
  }

  /** Closes the TCP connection at once, whoever reads or writes. Idempotent. */
  void cut() {
    try {
      line.close();
    } catch (IOException ignored) {
      // it is closed all the same
    }
  }

  /** A deadline that can be called off. */
  interface Deadline {
    void cancel();
  }
}
