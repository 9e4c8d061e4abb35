package dev.dynode.keeper;

import dev.dynode.libc.Libc;
import dev.dynode.libc.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The keeper's end of the connection to its node: never blocks. For the keeper's thread. */
final class KeeperConnection {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Outgoing(byte[] frame, int sent, int[] descriptors) {}

  private final int fd;
  private final Frames frames = new Frames();
  private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();

  KeeperConnection(int fd) {
    this.fd = fd;
  }

  int fd() {
    return fd;
  }

  /** Whole frames that have come. */
  List<byte[]> receive(MemorySegment buffer) throws IOException {
    long n = UnixSocket.receive(fd, buffer, Libc::close);
    if (n == -Libc.EAGAIN || n == -Libc.EINTR) {
      return List.of();
    }
    if (n <= 0) {
      throw new IOException("the node is gone");
    }
    byte[] piece = buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
    frames.add(piece, piece.length);
    List<byte[]> whole = new ArrayList<>();
    for (byte[] frame = frames.next(); frame != null; frame = frames.next()) {
      whole.add(frame);
    }
    return whole;
  }

  /** Whether everything is sent; if not, {@link #flush} when there is room. */
  boolean send(byte[] frame, int[] descriptors) throws IOException {
    waiting.add(new Outgoing(frame, 0, descriptors));
    return flush();
  }

  boolean flush() throws IOException {
    while (!waiting.isEmpty()) {
      Outgoing next = waiting.peek();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, next.frame());
        long n = UnixSocket.send(fd, bytes.asSlice(next.sent()), next.descriptors());
        if (n == -Libc.EAGAIN) {
          return false;
        }
        if (n < 0 && n != -Libc.EINTR) {
          throw new IOException("the node is gone");
        }
        if (n > 0) {
          waiting.remove();
          int sent = next.sent() + (int) n;
          if (sent < next.frame().length) {
            waiting.addFirst(new Outgoing(next.frame(), sent, new int[0]));
          }
        }
      }
    }
    return true;
  }

  void close() {
    Libc.close(fd);
  }
}
