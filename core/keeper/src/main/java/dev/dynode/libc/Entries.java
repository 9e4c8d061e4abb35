package dev.dynode.libc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads an open folder piece by piece, whatever it holds. One folder at a time, one thread. */
public final class Entries {
  /** Hundreds of names. */
  private static final int PIECE = 32 * 1024;

  /** Pieces read before other virtual threads are let go on. */
  private static final int AT_ONCE = 1_000;

  private static final int LENGTH_AT = 16;
  private static final int TYPE_AT = 18;
  private static final int NAME_AT = 19;
  private static final byte FOLDER = 4;

  private final FileCalls calls;
  private final MemorySegment piece;
  private long end;
  private long at;
  private long position;
  private boolean folder;
  private long pieces;

  public Entries(FileCalls calls) {
    this.calls = calls;
    piece = calls.room(PIECE);
  }

  /** Reads on; whether there is more. Lets other threads go on, as this may take long. */
  @SuppressWarnings("ThreadPriorityCheck") // a virtual thread keeps its carrier until it waits
  public boolean more(int folder) {
    if (++pieces % AT_ONCE == 0) {
      Thread.yield();
    }
    end = Math.max(0, calls.read(folder, piece));
    at = 0;
    return end > 0;
  }

  /** Name of the next entry of the piece, good until the next reading; null after the last. */
  public @Nullable MemorySegment next() {
    while (at < end) {
      MemorySegment name = piece.asSlice(at + NAME_AT);
      position = piece.get(ValueLayout.JAVA_LONG, at + 8);
      folder = piece.get(ValueLayout.JAVA_BYTE, at + TYPE_AT) == FOLDER;
      at += Short.toUnsignedInt(piece.get(ValueLayout.JAVA_SHORT, at + LENGTH_AT));
      if (!itself(name)) {
        return name;
      }
    }
    return null;
  }

  /** Where the folder goes on after this entry. */
  public long position() {
    return position;
  }

  /** Whether it is a folder for sure; not every file system tells. */
  public boolean folder() {
    return folder;
  }

  private static boolean itself(MemorySegment name) {
    byte second =
        name.get(ValueLayout.JAVA_BYTE, 0) == '.' ? name.get(ValueLayout.JAVA_BYTE, 1) : 1;
    return second == 0 || (second == '.' && name.get(ValueLayout.JAVA_BYTE, 2) == 0);
  }

  public static byte[] bytes(MemorySegment name) {
    int length = 0;
    while (name.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    return name.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** For people. */
  public static String text(MemorySegment name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }
}
