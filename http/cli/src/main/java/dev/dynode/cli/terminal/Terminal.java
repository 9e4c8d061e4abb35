package dev.dynode.cli.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Console;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The terminal this command was started from, in raw mode: every key goes to the dyno, no echo, no
 * signals. {@link #restore} puts it back as it was found, from any thread, once.
 */
public final class Terminal implements AutoCloseable {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle TCGETATTR =
      function("tcgetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle TCSETATTR =
      function("tcsetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle CFMAKERAW =
      function("cfmakeraw", FunctionDescriptor.ofVoid(ADDRESS));
  private static final MethodHandle IOCTL =
      function(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));

  /** More than any system's struct termios: Linux 60 bytes, macOS 72. */
  private static final int TERMIOS_BYTES = 256;

  private static final int TCSADRAIN = 1;
  private static final long TIOCGWINSZ =
      System.getProperty("os.name").startsWith("Mac") ? 0x40087468L : 0x5413L;

  private final int descriptor;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment found = arena.allocate(TERMIOS_BYTES);
  private final AtomicBoolean restored = new AtomicBoolean();

  private Terminal(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Window size in characters; 0 where the terminal does not know. */
  public record Size(int columns, int lines) {}

  /** Whether both stdin and stdout are terminals. */
  @SuppressWarnings("SystemConsoleNull") // null again in 25, where java.base provides the console
  public static boolean joined() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /**
   * Puts the terminal behind the descriptor into raw mode.
   *
   * @throws IllegalStateException if it is no terminal
   */
  public static Terminal raw(int descriptor) {
    Terminal terminal = new Terminal(descriptor);
    try (Arena scratch = Arena.ofConfined()) {
      check((int) TCGETATTR.invokeExact(descriptor, terminal.found), "tcgetattr");
      MemorySegment raw = scratch.allocate(TERMIOS_BYTES).copyFrom(terminal.found);
      CFMAKERAW.invokeExact(raw);
      check((int) TCSETATTR.invokeExact(descriptor, TCSADRAIN, raw), "tcsetattr");
      return terminal;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Empty when the descriptor is no terminal. */
  public static Optional<Size> size(int descriptor) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment window = scratch.allocate(8, 8);
      if ((int) IOCTL.invokeExact(descriptor, TIOCGWINSZ, window) != 0) {
        return Optional.empty();
      }
      return Optional.of(
          new Size(
              Short.toUnsignedInt(window.get(JAVA_SHORT, 2)),
              Short.toUnsignedInt(window.get(JAVA_SHORT, 0))));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    restore();
  }

  /** What {@link #close} does, for those who need it earlier. */
  public void restore() {
    if (!restored.compareAndSet(false, true)) {
      return;
    }
    try {
      // Nothing can be done about a terminal that is gone.
      int ignored = (int) TCSETATTR.invokeExact(descriptor, TCSADRAIN, found);
    } catch (Throwable e) {
      throw failed(e);
    } finally {
      arena.close();
    }
  }

  private static MethodHandle function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(() -> new IllegalStateException(name)),
        type,
        options);
  }

  private static void check(int result, String call) {
    if (result != 0) {
      throw new IllegalStateException(call + " failed: not a terminal?");
    }
  }

  private static RuntimeException failed(Throwable e) {
    return e instanceof RuntimeException known ? known : new IllegalStateException(e);
  }
}
