package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** Stream sockets between processes of one machine, which can hand over descriptors. */
public final class UnixSocket {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int ADDRESS_BYTES = 110;
  private static final int PATH_BYTES = 107;
  private static final int BACKLOG = 8;

  /** Most descriptors in one message. */
  private static final int MOST = 4;

  /** {@code struct msghdr}, {@code struct iovec} and {@code struct cmsghdr} of 64-bit Linux. */
  private static final int HEADER_BYTES = 56;

  private static final int CONTROL_HEAD = 16;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle SOCKET = Libc.errno("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = Libc.errno("bind", INT, INT, POINTER, INT);
  private static final MethodHandle LISTEN = Libc.errno("listen", INT, INT, INT);
  private static final MethodHandle CONNECT = Libc.errno("connect", INT, INT, POINTER, INT);
  private static final MethodHandle ACCEPT = Libc.errno("accept4", INT, INT, POINTER, POINTER, INT);
  private static final MethodHandle OPTION =
      Libc.errno("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  private static final MethodHandle SEND = Libc.errno("sendmsg", LONG, INT, POINTER, INT);
  private static final MethodHandle RECEIVE = Libc.errno("recvmsg", LONG, INT, POINTER, INT);
  private static final MethodHandle SHUTDOWN = Libc.errno("shutdown", INT, INT, INT);

  private UnixSocket() {}

  /** A non-blocking listener at the path, instead of what was there. */
  public static int listen(Path path) throws IOException {
    Files.deleteIfExists(path);
    int fd = socket(Libc.O_NONBLOCK);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      Libc.checked("bind", s -> BIND.invoke(s, fd, address, ADDRESS_BYTES));
      Libc.checked("listen", s -> LISTEN.invoke(s, fd, BACKLOG));
      return fd;
    } catch (IOException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** A blocking connection. */
  public static int connect(Path path) throws IOException {
    int fd = socket(0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      Libc.checked("connect", s -> CONNECT.invoke(s, fd, address, ADDRESS_BYTES));
      return fd;
    } catch (IOException e) {
      Libc.close(fd);
      throw e;
    }
  }

  private static int socket(int flags) throws IOException {
    return (int)
        Libc.checked(
            "socket", s -> SOCKET.invoke(s, AF_UNIX, SOCK_STREAM | flags | Libc.O_CLOEXEC, 0));
  }

  private static MemorySegment address(Arena arena, Path path) throws IOException {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > PATH_BYTES) {
      throw new IOException(
          path
              + " is too long for a socket: "
              + PATH_BYTES
              + " bytes at most; use a shorter --data");
    }
    MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
    return address;
  }

  /** The next connection, non-blocking, if its process belongs to this user; else -1. */
  public static int accept(int listener) throws IOException {
    int fd =
        (int)
            Libc.checked(
                "accept4",
                s ->
                    ACCEPT.invoke(
                        s,
                        listener,
                        MemorySegment.NULL,
                        MemorySegment.NULL,
                        Libc.O_NONBLOCK | Libc.O_CLOEXEC));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment peer = arena.allocate(12, 4); // pid, user, group
      MemorySegment size = arena.allocateFrom(INT, 12);
      Libc.checked("getsockopt", s -> OPTION.invoke(s, fd, SOL_SOCKET, SO_PEERCRED, peer, size));
      if (peer.get(INT, 4) == Libc.user()) {
        return fd;
      }
    } catch (IOException e) {
      Libc.close(fd);
      throw e;
    }
    Libc.close(fd);
    return -1;
  }

  /** Lets whoever waits in {@link #receive} go. */
  public static void shutDown(int fd) {
    Libc.quiet(s -> SHUTDOWN.invoke(s, fd, 2));
  }

  /**
   * Sends bytes, the descriptors with the first of them.
   *
   * @return bytes sent, or minus errno
   */
  public static long send(int fd, MemorySegment bytes, int[] descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment header = header(arena, bytes);
      if (descriptors.length > 0) {
        long length = CONTROL_HEAD + 4L * descriptors.length;
        MemorySegment control = arena.allocate((length + 7) / 8 * 8, 8);
        control.set(LONG, 0, length);
        control.set(INT, 8, SOL_SOCKET);
        control.set(INT, 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
          control.set(INT, CONTROL_HEAD + 4L * i, descriptors[i]);
        }
        header.set(ValueLayout.ADDRESS, 32, control);
        header.set(LONG, 40, control.byteSize());
      }
      long n = (long) SEND.invokeExact(state, fd, header, MSG_NOSIGNAL);
      return n < 0 ? -Libc.errno(state) : n;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Receives bytes.
   *
   * @param descriptors given each descriptor that came with them
   * @return bytes received, 0 at the end, or minus errno
   */
  public static long receive(int fd, MemorySegment buffer, IntConsumer descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment header = header(arena, buffer);
      MemorySegment control = arena.allocate(CONTROL_HEAD + 4L * MOST, 8);
      header.set(ValueLayout.ADDRESS, 32, control);
      header.set(LONG, 40, control.byteSize());
      long n = (long) RECEIVE.invokeExact(state, fd, header, MSG_CMSG_CLOEXEC);
      if (n < 0) {
        return -Libc.errno(state);
      }
      if (header.get(LONG, 40) > CONTROL_HEAD && control.get(INT, 12) == SCM_RIGHTS) {
        for (long at = CONTROL_HEAD; at + 4 <= control.get(LONG, 0); at += 4) {
          descriptors.accept(control.get(INT, at));
        }
      }
      return n;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MemorySegment header(Arena arena, MemorySegment bytes) {
    MemorySegment piece = arena.allocate(16, 8);
    piece.set(ValueLayout.ADDRESS, 0, bytes);
    piece.set(LONG, 8, bytes.byteSize());
    MemorySegment header = arena.allocate(HEADER_BYTES, 8);
    header.set(ValueLayout.ADDRESS, 16, piece);
    header.set(LONG, 24, 1);
    return header;
  }
}
