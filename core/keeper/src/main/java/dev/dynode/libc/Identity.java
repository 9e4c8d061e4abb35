package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The user a thread acts as. The kernel keeps it per thread; the C library's functions would change
 * it for all threads of the process, so these are the bare system calls.
 */
public final class Identity {
  private static final boolean X86 = System.getProperty("os.arch").equals("amd64");
  private static final long SETGROUPS = X86 ? 116 : 159;
  private static final long SETRESGID = X86 ? 119 : 149;
  private static final long SETRESUID = X86 ? 117 : 147;
  private static final int ROOT = 0;

  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.firstVariadicArg(1),
              Linker.Option.captureCallState("errno"));

  private Identity() {}

  /** What is done as another user. */
  public interface Task<T> {
    T run() throws IOException;
  }

  /**
   * Does something as this user and its group of the same number, in no other group; for root. A
   * program started meanwhile cannot become root again.
   */
  public static <T> T as(int user, Task<T> task) throws IOException {
    call(SETGROUPS, 0, 0, 0);
    try {
      call(SETRESGID, user, user, ROOT);
      call(SETRESUID, user, user, ROOT);
      return task.run();
    } finally {
      call(SETRESUID, ROOT, ROOT, ROOT);
      call(SETRESGID, ROOT, ROOT, ROOT);
    }
  }

  /** The same; as this process's own user where there is none. */
  public static <T> T asIf(int user, Task<T> task) throws IOException {
    return user < 0 ? task.run() : as(user, task);
  }

  private static void call(long number, long first, long second, long third) throws IOException {
    Libc.checked(
        "change of user", (MemorySegment s) -> SYSCALL.invoke(s, number, first, second, third));
  }
}
