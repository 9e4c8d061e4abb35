package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes by {@code posix_spawn}: each in a session of its own, with default signals and
 * no descriptor but 0, 1, 2 and those it is given. Thread-safe.
 */
public final class Spawner {
  private static final int MODE = 0600; // of a file it makes
  private static final int ACTIONS_BYTES = 256; // glibc: 80
  private static final int ATTRIBUTES_BYTES = 512; // glibc: 336
  private static final int SIGNAL_SET_BYTES = 128;
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
  private static final java.lang.foreign.AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle SPAWN =
      Libc.plain("posix_spawn", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
  private static final MethodHandle ACTIONS_INIT =
      Libc.plain("posix_spawn_file_actions_init", INT, POINTER);
  private static final MethodHandle ACTIONS_DESTROY =
      Libc.plain("posix_spawn_file_actions_destroy", INT, POINTER);
  private static final MethodHandle ADD_OPEN =
      Libc.plain("posix_spawn_file_actions_addopen", INT, POINTER, INT, POINTER, INT, INT);
  private static final MethodHandle ADD_DUP =
      Libc.plain("posix_spawn_file_actions_adddup2", INT, POINTER, INT, INT);
  private static final MethodHandle ADD_CHDIR =
      Libc.plain("posix_spawn_file_actions_addchdir_np", INT, POINTER, POINTER);
  private static final MethodHandle ADD_CLOSE_FROM =
      Libc.plain("posix_spawn_file_actions_addclosefrom_np", INT, POINTER, INT);
  private static final MethodHandle ATTRIBUTES_INIT =
      Libc.plain("posix_spawnattr_init", INT, POINTER);
  private static final MethodHandle ATTRIBUTES_DESTROY =
      Libc.plain("posix_spawnattr_destroy", INT, POINTER);
  private static final MethodHandle SET_FLAGS =
      Libc.plain("posix_spawnattr_setflags", INT, POINTER, SHORT);
  private static final MethodHandle SET_DEFAULT =
      Libc.plain("posix_spawnattr_setsigdefault", INT, POINTER, POINTER);
  private static final MethodHandle SET_MASK =
      Libc.plain("posix_spawnattr_setsigmask", INT, POINTER, POINTER);

  private Spawner() {}

  /** A descriptor of ours that becomes the child's, or a file it opens. */
  public sealed interface Source {
    record Descriptor(int fd) implements Source {}

    record File(String path, int flags) implements Source {}
  }

  /**
   * Starts a program.
   *
   * @param output becomes 1 and 2; where it is null they are copies of 0, as on a terminal
   * @return its process id
   */
  public static int spawn(
      List<String> command,
      Map<String, String> environment,
      Path folder,
      Source input,
      @Nullable Source output)
      throws IOException {
    return spawn(command, environment, folder, input, output, List.of());
  }

  /**
   * Starts a program that inherits more than three descriptors.
   *
   * @param more become 3, 4 and so on; each must be a higher one than any of those
   */
  public static int spawn(
      List<String> command,
      Map<String, String> environment,
      Path folder,
      Source input,
      @Nullable Source output,
      List<Integer> more)
      throws IOException {
    List<String> variables = new ArrayList<>();
    environment.forEach((name, value) -> variables.add(name + "=" + value));
    try (Arena arena = Arena.ofConfined()) {
      return spawn(arena, command, variables, folder, input, output, more);
    }
  }

  private static int spawn(
      Arena arena,
      List<String> command,
      List<String> variables,
      Path folder,
      Source input,
      @Nullable Source output,
      List<Integer> more)
      throws IOException {
    MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
    MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 16);
    try {
      call(ACTIONS_INIT.invoke(actions));
      call(ATTRIBUTES_INIT.invoke(attributes));
      try {
        connect(arena, actions, input, 0);
        if (output == null) {
          call(ADD_DUP.invoke(actions, 0, 1));
        } else {
          connect(arena, actions, output, 1);
        }
        call(ADD_DUP.invoke(actions, 1, 2));
        int next = 3;
        for (int fd : more) {
          call(ADD_DUP.invoke(actions, fd, next++));
        }
        call(ADD_CLOSE_FROM.invoke(actions, next));
        call(ADD_CHDIR.invoke(actions, text(arena, folder.toString())));
        MemorySegment all = arena.allocate(SIGNAL_SET_BYTES).fill((byte) 0xff);
        MemorySegment none = arena.allocate(SIGNAL_SET_BYTES);
        call(SET_DEFAULT.invoke(attributes, all));
        call(SET_MASK.invoke(attributes, none));
        call(SET_FLAGS.invoke(attributes, (short) (SETSIGDEF | SETSIGMASK | SETSID)));
        MemorySegment pid = arena.allocate(INT);
        int failed =
            (int)
                SPAWN.invoke(
                    pid,
                    text(arena, command.getFirst()),
                    actions,
                    attributes,
                    texts(arena, command),
                    texts(arena, variables));
        if (failed != 0) {
          throw new IOException(reason(command.getFirst(), failed));
        }
        return pid.get(INT, 0);
      } finally {
        call(ACTIONS_DESTROY.invoke(actions));
        call(ATTRIBUTES_DESTROY.invoke(attributes));
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static String reason(String program, int errno) {
    return switch (errno) {
      case 2 -> program + " or its folder does not exist";
      case 7 -> "the command and its environment are too long for this system";
      case 11 -> "this system allows no more processes";
      case 12 -> "this system has no memory left";
      case 13 -> program + " may not be executed";
      case 24 -> "this node has no descriptors left; raise its open file limit";
      default -> program + " could not be started: errno " + errno;
    };
  }

  private static void connect(Arena arena, MemorySegment actions, Source source, int fd)
      throws Throwable {
    switch (source) {
      case Source.Descriptor(int own) -> call(ADD_DUP.invoke(actions, own, fd));
      case Source.File(String path, int flags) ->
          call(ADD_OPEN.invoke(actions, fd, text(arena, path), flags, MODE));
    }
  }

  private static void call(Object result) throws IOException {
    if ((int) result != 0) {
      throw new Libc.CallFailed("posix_spawn set-up", (int) result);
    }
  }

  /** As UTF-8 whatever the locale: an exit marker's U+FFFF must survive. */
  private static MemorySegment text(Arena arena, String text) {
    return arena.allocateFrom(text, StandardCharsets.UTF_8);
  }

  private static MemorySegment texts(Arena arena, List<String> texts) {
    MemorySegment pointers = arena.allocate(POINTER, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      pointers.setAtIndex(POINTER, i, text(arena, texts.get(i)));
    }
    return pointers;
  }
}
