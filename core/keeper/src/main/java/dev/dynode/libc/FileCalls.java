package dev.dynode.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The C library's calls on files by a folder's descriptor and a name, which may hold any bytes. No
 * path is longer than one name, and none but {@link #magic} follows a link. Each answers what the
 * call answers, or minus errno. For one thread.
 */
public final class FileCalls implements AutoCloseable {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final int O_PATH = 0x200000;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_FDCWD = -100;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BYTES = 256;
  private static final int MNT_DETACH = 2;
  private static final long FS_IOC_GETFLAGS = 0x80086601L;
  private static final long FS_IOC_SETFLAGS = 0x40086602L;
  private static final int FS_IMMUTABLE_OR_APPEND = 0x30;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle OPENAT =
      Libc.variadic("openat", 3, INT, INT, POINTER, INT, INT);
  private static final MethodHandle UNLINKAT = Libc.errno("unlinkat", INT, INT, POINTER, INT);
  private static final MethodHandle RENAMEAT =
      Libc.errno("renameat", INT, INT, POINTER, INT, POINTER);
  private static final MethodHandle FCHMOD = Libc.errno("fchmod", INT, INT, INT);
  private static final MethodHandle CHMOD = Libc.errno("chmod", INT, POINTER, INT);
  private static final MethodHandle FCHOWNAT =
      Libc.errno("fchownat", INT, INT, POINTER, INT, INT, INT);
  private static final MethodHandle STATX =
      Libc.errno("statx", INT, INT, POINTER, INT, INT, POINTER);
  private static final MethodHandle GETDENTS = Libc.errno("getdents64", LONG, INT, POINTER, LONG);
  private static final MethodHandle LSEEK = Libc.errno("lseek", LONG, INT, LONG, INT);
  private static final MethodHandle UMOUNT = Libc.errno("umount2", INT, POINTER, INT);
  private static final MethodHandle IOCTL = Libc.variadic("ioctl", 2, INT, INT, LONG, POINTER);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = Libc.state(arena);
  private final MemorySegment stat = arena.allocate(STATX_BYTES, 8);
  private final MemorySegment flags = arena.allocate(8, 8);
  private final MemorySegment text = arena.allocate(64);

  /** What a file is. */
  public record Stat(int mode, long size, long device, long inode) {
    public boolean directory() {
      return (mode & 0170000) == 0040000;
    }

    public boolean regular() {
      return (mode & 0170000) == 0100000;
    }

    public boolean same(Stat other) {
      return device == other.device && inode == other.inode;
    }
  }

  /** A name as the calls take it. */
  public MemorySegment name(byte[] bytes) {
    MemorySegment name = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return name;
  }

  public MemorySegment name(String text) {
    return name(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Room that ends with this. */
  public MemorySegment room(long bytes) {
    return arena.allocate(bytes, 8);
  }

  /** A folder for reading; no link to one. */
  public int open(int folder, MemorySegment name) {
    return open(folder, name, O_DIRECTORY | O_NOFOLLOW);
  }

  private int open(int folder, MemorySegment name, int how) {
    int all = how | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
    return (int) answer(() -> (int) OPENAT.invokeExact(state, folder, name, all, 0));
  }

  /** A folder by a path of this program's own; links are followed. */
  public int open(String path) {
    return open(AT_FDCWD, name(path), O_DIRECTORY);
  }

  public long remove(int folder, MemorySegment name) {
    return answer(() -> (int) UNLINKAT.invokeExact(state, folder, name, 0));
  }

  public long removeFolder(int folder, MemorySegment name) {
    return answer(() -> (int) UNLINKAT.invokeExact(state, folder, name, AT_REMOVEDIR));
  }

  public long move(int folder, MemorySegment name, int to, MemorySegment as) {
    return answer(() -> (int) RENAMEAT.invokeExact(state, folder, name, to, as));
  }

  public long mode(int fd, int mode) {
    return answer(() -> (int) FCHMOD.invokeExact(state, fd, mode));
  }

  /** Gives it to a user and the group of the same number; a link itself, not what it leads to. */
  public long own(int folder, MemorySegment name, int user) {
    return answer(
        () -> (int) FCHOWNAT.invokeExact(state, folder, name, user, user, AT_SYMLINK_NOFOLLOW));
  }

  /** Changes the mode of a folder that may not even be opened. */
  public long modeOf(int folder, MemorySegment name, int mode) {
    return magic(folder, name, path -> (int) CHMOD.invokeExact(state, path, mode));
  }

  /** Takes away what is mounted there. */
  public long unmount(int folder, MemorySegment name) {
    return magic(folder, name, path -> (int) UMOUNT.invokeExact(state, path, MNT_DETACH));
  }

  private interface OnPath {
    long make(MemorySegment path) throws Throwable;
  }

  /** A call that takes a path alone, on just this file. */
  private long magic(int folder, MemorySegment name, OnPath call) {
    int fd = open(folder, name, O_PATH | O_NOFOLLOW);
    if (fd < 0) {
      return fd;
    }
    text.setString(0, "/proc/self/fd/" + fd);
    try {
      return answer(() -> call.make(text));
    } finally {
      Libc.close(fd);
    }
  }

  /** Null where it is gone or not to be seen. */
  public @Nullable Stat stat(int folder, MemorySegment name) {
    long failed =
        answer(
            () ->
                (int)
                    STATX.invokeExact(
                        state, folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, stat));
    if (failed < 0) {
      return null;
    }
    long device = ((long) stat.get(INT, 136) << 32) | Integer.toUnsignedLong(stat.get(INT, 140));
    return new Stat(
        Short.toUnsignedInt(stat.get(ValueLayout.JAVA_SHORT, 28)),
        stat.get(LONG, 40),
        device,
        stat.get(LONG, 32));
  }

  /** The next entries of a folder; 0 at its end. */
  long read(int fd, MemorySegment into) {
    return answer(() -> (long) GETDENTS.invokeExact(state, fd, into, into.byteSize()));
  }

  public void rewind(int fd, long to) {
    answer(() -> (long) LSEEK.invokeExact(state, fd, to, 0));
  }

  /** Allows that a file or folder be changed which its flags protect; whether they did. */
  public boolean release(int folder, MemorySegment name) {
    Stat is = stat(folder, name);
    if (is == null || !(is.directory() || is.regular())) {
      return false;
    }
    int fd = open(folder, name, O_NOFOLLOW);
    try {
      return fd >= 0 && release(fd);
    } finally {
      if (fd >= 0) {
        Libc.close(fd);
      }
    }
  }

  public boolean release(int fd) {
    if (answer(() -> (int) IOCTL.invokeExact(state, fd, FS_IOC_GETFLAGS, flags)) < 0
        || (flags.get(INT, 0) & FS_IMMUTABLE_OR_APPEND) == 0) {
      return false;
    }
    flags.set(INT, 0, flags.get(INT, 0) & ~FS_IMMUTABLE_OR_APPEND);
    return answer(() -> (int) IOCTL.invokeExact(state, fd, FS_IOC_SETFLAGS, flags)) >= 0;
  }

  private interface Call {
    long make() throws Throwable;
  }

  private long answer(Call call) {
    try {
      long answer = call.make();
      return answer < 0 ? -Libc.errno(state) : answer;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
