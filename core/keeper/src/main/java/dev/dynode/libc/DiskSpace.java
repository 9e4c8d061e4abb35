package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What is left on a disk for everybody, root's reserve not counted.
 *
 * @param inodes of files and folders; {@link Long#MAX_VALUE} where the file system does not count
 *     them
 */
public record DiskSpace(long bytes, long inodes) {
  private static final MethodHandle STATVFS =
      Libc.errno("statvfs", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);

  /** {@code struct statvfs} of 64-bit Linux: eleven longs, and some room. */
  private static final long SIZE = 16 * Long.BYTES;

  private static final int BLOCK_SIZE = 1;
  private static final int FREE_BLOCKS = 4;
  private static final int ALL_INODES = 5;
  private static final int FREE_INODES = 7;

  /** On the disk that a file or folder is on. */
  public static DiskSpace of(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString());
      MemorySegment told = arena.allocate(SIZE, Long.BYTES);
      Libc.checked("statvfs " + path, state -> STATVFS.invoke(state, name, told));
      return new DiskSpace(
          number(told, FREE_BLOCKS) * number(told, BLOCK_SIZE),
          number(told, ALL_INODES) == 0 ? Long.MAX_VALUE : number(told, FREE_INODES));
    }
  }

  private static long number(MemorySegment told, int field) {
    return told.getAtIndex(ValueLayout.JAVA_LONG, field);
  }
}
