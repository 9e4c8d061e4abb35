package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The C library's calls this runtime needs. Linux with glibc 2.34 or newer. Thread-safe. */
public final class Libc {
  /** Ends a process at once; on every architecture of Linux the same. */
  public static final int SIGKILL = 9;

  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EAGAIN = 11;
  static final int ESRCH = 3;

  public static final int O_RDWR = 2;
  public static final int O_WRONLY = 1;
  public static final int O_CREAT = 0x40;
  public static final int O_APPEND = 0x400;
  public static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  public static final int EPOLLIN = 1;
  public static final int EPOLLOUT = 4;
  static final int EPOLLERR = 8;
  static final int EPOLLHUP = 0x10;
  public static final int EPOLLONESHOT = 1 << 30;

  public static final int ECHILD = 10;

  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int HIGH = 16;
  private static final int LONGEST_REASON = 256;
  private static final int MFD_CLOEXEC = 1;
  private static final long TIOCSWINSZ = 0x5414;
  private static final long TCGETS = 0x5401;
  private static final long TCSETS = 0x5402;
  private static final int IUTF8 = 0x4000;
  private static final int TERMIOS_BYTES = 64; // Linux: 36
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final int WNOHANG = 1;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPENPT = errno("posix_openpt", INT, INT);
  private static final MethodHandle GRANTPT = errno("grantpt", INT, INT);
  private static final MethodHandle UNLOCKPT = errno("unlockpt", INT, INT);
  private static final MethodHandle PTSNAME = plain("ptsname_r", INT, INT, POINTER, LONG);
  private static final MethodHandle PIPE2 = errno("pipe2", INT, POINTER, INT);
  private static final MethodHandle READ = errno("read", LONG, INT, POINTER, LONG);
  private static final MethodHandle WRITE = errno("write", LONG, INT, POINTER, LONG);
  private static final MethodHandle CLOSE = plain("close", INT, INT);
  private static final MethodHandle EPOLL_CREATE = errno("epoll_create1", INT, INT);
  private static final MethodHandle EPOLL_CTL = errno("epoll_ctl", INT, INT, INT, INT, POINTER);
  private static final MethodHandle EPOLL_WAIT = errno("epoll_wait", INT, INT, POINTER, INT, INT);
  private static final MethodHandle WAITPID = errno("waitpid", INT, INT, POINTER, INT);
  private static final MethodHandle KILL = errno("kill", INT, INT, INT);
  private static final MethodHandle CHOWN = errno("chown", INT, POINTER, INT, INT);
  private static final MethodHandle MEMFD = errno("memfd_create", INT, POINTER, INT);
  private static final MethodHandle PWRITE = errno("pwrite", LONG, INT, POINTER, LONG, LONG);
  private static final MethodHandle PRLIMIT = errno("prlimit", INT, INT, INT, POINTER, POINTER);
  private static final MethodHandle USER = plain("geteuid", INT);
  private static final MethodHandle UMASK = plain("umask", INT, INT);
  private static final MethodHandle REASON = plain("strerror", POINTER, INT);
  private static final MethodHandle FCHOWN = errno("fchown", INT, INT, INT, INT);
  private static final MethodHandle OPEN = variadic("open", 2, INT, POINTER, INT);
  private static final MethodHandle FCNTL = variadic("fcntl", 2, INT, INT, INT, INT);
  private static final MethodHandle IOCTL = variadic("ioctl", 2, INT, INT, LONG, POINTER);
  private static final MethodHandle PRCTL = variadic("prctl", 1, INT, INT, LONG, LONG, LONG, LONG);
  private static final MethodHandle SYSCALL = variadic("syscall", 1, LONG, LONG, LONG, LONG);

  private Libc() {}

  /** A call failed; {@link #errno} says why, as in {@code errno.h}. */
  public static final class CallFailed extends IOException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    public CallFailed(String call, int errno) {
      super(call + " failed: errno " + errno);
      this.errno = errno;
    }

    public int errno() {
      return errno;
    }
  }

  static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }

  static MethodHandle errno(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"));
  }

  static MethodHandle variadic(
      String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.firstVariadicArg(fixed),
        Linker.Option.captureCallState("errno"));
  }

  /** What the system says of an error's number. */
  public static String reason(long errno) {
    try {
      MemorySegment text = (MemorySegment) REASON.invokeExact((int) errno);
      return text.reinterpret(LONGEST_REASON).getString(0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Room for what a call leaves in {@code errno}; one per thread at a time. */
  public static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  interface Call {
    Object make(MemorySegment state) throws Throwable;
  }

  static long checked(String name, Call call) throws CallFailed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = state(arena);
      long result = ((Number) call.make(state)).longValue();
      if (result < 0) {
        throw new CallFailed(name, errno(state));
      }
      return result;
    } catch (CallFailed e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(name, e);
    }
  }

  static int quiet(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) call.make(state(arena));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** A new pseudo-terminal: its master side, non-blocking, and the name of its slave. */
  public record Pty(int master, String slave) {}

  public static Pty openPty() throws IOException {
    int master =
        (int) checked("posix_openpt", s -> OPENPT.invoke(s, O_RDWR | O_NOCTTY | O_CLOEXEC));
    try (Arena arena = Arena.ofConfined()) {
      checked("grantpt", s -> GRANTPT.invoke(s, master));
      checked("unlockpt", s -> UNLOCKPT.invoke(s, master));
      MemorySegment name = arena.allocate(128);
      int failed = quiet(_ -> PTSNAME.invoke(master, name, name.byteSize()));
      if (failed != 0) {
        throw new CallFailed("ptsname_r", failed);
      }
      deleteWholeLetters(master);
      nonBlocking(master);
      return new Pty(master, name.getString(0));
    } catch (IOException e) {
      close(master);
      throw e;
    }
  }

  /** A key that deletes takes all bytes of a letter, which are UTF-8, as every terminal sends. */
  private static void deleteWholeLetters(int master) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment termios = arena.allocate(TERMIOS_BYTES, 8);
      checked("ioctl TCGETS", s -> IOCTL.invoke(s, master, TCGETS, termios));
      termios.set(INT, 0, termios.get(INT, 0) | IUTF8);
      checked("ioctl TCSETS", s -> IOCTL.invoke(s, master, TCSETS, termios));
    }
  }

  /** Read end and write end, both closed in children. */
  public static int[] pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(INT, 2);
      checked("pipe2", s -> PIPE2.invoke(s, ends, O_CLOEXEC));
      return new int[] {ends.getAtIndex(INT, 0), ends.getAtIndex(INT, 1)};
    }
  }

  public static void nonBlocking(int fd) throws IOException {
    checked("fcntl", s -> FCNTL.invoke(s, fd, F_SETFL, O_NONBLOCK));
  }

  public static void blocking(int fd) throws IOException {
    checked("fcntl", s -> FCNTL.invoke(s, fd, F_SETFL, 0));
  }

  /** For reading; closed in children. */
  static int open(String path) throws IOException {
    return open(path, 0);
  }

  /** Closed in children. */
  public static int open(String path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      return (int) checked("open", s -> OPEN.invoke(s, name, flags | O_CLOEXEC));
    }
  }

  public static void close(int fd) {
    quiet(_ -> CLOSE.invoke(fd));
  }

  /** Bytes read, 0 at the end, or minus errno. */
  public static long read(int fd, MemorySegment buffer, long length, MemorySegment state) {
    try {
      long n = (long) READ.invokeExact(state, fd, buffer, length);
      return n < 0 ? -errno(state) : n;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Bytes written, or minus errno. */
  public static long write(int fd, MemorySegment buffer, long length, MemorySegment state) {
    try {
      long n = (long) WRITE.invokeExact(state, fd, buffer, length);
      return n < 0 ? -errno(state) : n;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  public static int epollCreate() throws IOException {
    return (int) checked("epoll_create1", s -> EPOLL_CREATE.invoke(s, O_CLOEXEC));
  }

  /**
   * Changes what is watched.
   *
   * @param operation 1 add, 2 delete, 3 modify
   */
  public static void epollControl(int epoll, int operation, int fd, int events, long data)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EpollEvents.BYTES, 8);
      EpollEvents.set(event, events, data);
      checked("epoll_ctl", s -> EPOLL_CTL.invoke(s, epoll, operation, fd, event));
    }
  }

  /**
   * Waits.
   *
   * @param millis longest time; -1 for no end
   * @return number of events, or minus errno
   */
  public static int epollWait(
      int epoll, MemorySegment events, int most, int millis, MemorySegment state) {
    try {
      int n = (int) EPOLL_WAIT.invokeExact(state, epoll, events, most, millis);
      return n < 0 ? -errno(state) : n;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** A descriptor that becomes readable when the child has ended. */
  public static int pidfd(int pid) throws IOException {
    return (int) checked("pidfd_open", s -> SYSCALL.invoke(s, SYS_PIDFD_OPEN, (long) pid, 0L));
  }

  /** Takes the exit status of a child that has ended; null while it runs or if it is not ours. */
  public static @Nullable Integer reap(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(INT);
      int reaped = quiet(s -> WAITPID.invoke(s, pid, status, WNOHANG));
      return reaped == pid ? status.get(INT, 0) : null;
    }
  }

  /** The code of a raw status, or 128 + the signal, as the shell numbers it. */
  public static int code(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
  }

  /** Waits for a child's end and takes its status; returns at once if there is no such child. */
  public static void await(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(INT);
      quiet(s -> WAITPID.invoke(s, pid, status, 0));
    }
  }

  /**
   * Takes the exit status of any child in this process group.
   *
   * @return its id, 0 while none has ended, or minus errno: ECHILD where there is none
   */
  public static int reapGroup(int group) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = state(arena);
      MemorySegment status = arena.allocate(INT);
      int reaped = (int) WAITPID.invokeExact(state, -group, status, WNOHANG);
      return reaped < 0 ? -errno(state) : reaped;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Gives a file to a user and the group of the same number. */
  public static void own(String file, int user) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(file);
      checked("chown", s -> CHOWN.invoke(s, name, user, user));
    }
  }

  /** Gives an open file to a user and the group of the same number. */
  public static void own(int fd, int user) throws IOException {
    checked("fchown", s -> FCHOWN.invoke(s, fd, user, user));
  }

  /** A file without a name that holds these bytes, to be read from the start; as {@link #above}. */
  public static int memory(byte[] bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("dynode");
      int fd = above((int) checked("memfd_create", s -> MEMFD.invoke(s, name, MFD_CLOEXEC)));
      MemorySegment content = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      for (long done = 0; done < bytes.length; ) {
        MemorySegment rest = content.asSlice(done);
        long at = done;
        done += checked("pwrite", s -> PWRITE.invoke(s, fd, rest, rest.byteSize(), at));
      }
      return fd;
    }
  }

  /** The same descriptor under a number that no inherited one has; the old number is closed. */
  public static int above(int fd) throws IOException {
    try {
      return (int) checked("fcntl", s -> FCNTL.invoke(s, fd, F_DUPFD_CLOEXEC, HIGH));
    } finally {
      close(fd);
    }
  }

  public static final int RLIMIT_FSIZE = 1;
  public static final int RLIMIT_DATA = 2;
  public static final int RLIMIT_CORE = 4;
  public static final int RLIMIT_NOFILE = 7;

  /** Limits a child and what it will start; a limit that is lower stays. */
  public static void limit(int pid, int resource, long most) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(LONG, 2);
      checked("prlimit", s -> PRLIMIT.invoke(s, pid, resource, MemorySegment.NULL, both));
      for (int i = 0; i < 2; i++) {
        long has = both.getAtIndex(LONG, i);
        both.setAtIndex(LONG, i, Long.compareUnsigned(has, most) < 0 ? has : most);
      }
      checked("prlimit", s -> PRLIMIT.invoke(s, pid, resource, both, MemorySegment.NULL));
    }
  }

  /** Effective user of this process. */
  public static int user() {
    return quiet(_ -> USER.invoke());
  }

  /** Sends the signal; false if there is no such process or it is not ours to signal. */
  public static boolean kill(int pid, int signal) {
    return quiet(s -> KILL.invoke(s, pid, signal)) == 0;
  }

  public static void windowSize(int master, int columns, int rows) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(8, 2);
      size.set(ValueLayout.JAVA_SHORT, 0, (short) rows);
      size.set(ValueLayout.JAVA_SHORT, 2, (short) columns);
      checked("ioctl TIOCSWINSZ", s -> IOCTL.invoke(s, master, TIOCSWINSZ, size));
    }
  }

  /** Orphans among our descendants become our children, so that we can find and reap them. */
  public static void adoptOrphans() throws IOException {
    checked("prctl", s -> PRCTL.invoke(s, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L));
  }

  /** Gives this process, and what it spawns, another file mode mask. */
  public static void umask(int mask) {
    quiet(_ -> UMASK.invoke(mask));
  }

  /** {@code struct epoll_event}: packed on x86-64, aligned elsewhere. */
  public static final class EpollEvents {
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    public static final int BYTES = PACKED ? 12 : 16;
    private static final int DATA = PACKED ? 4 : 8;

    private EpollEvents() {}

    static void set(MemorySegment event, int events, long data) {
      event.set(INT, 0, events);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA, data);
    }

    public static int events(MemorySegment all, int index) {
      return all.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * BYTES);
    }

    public static long data(MemorySegment all, int index) {
      return all.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * BYTES + DATA);
    }
  }
}
