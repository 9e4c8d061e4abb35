package dev.dynode.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.KeeperPlace;
import dev.dynode.libc.ProcessTable;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.files.Removal;
import dev.dynode.runtime.isolation.SandboxSettings;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Launches for tests, and what to ask of them. */
public final class Launches {
  static final WindowSize WINDOW = new WindowSize(99, 33);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Launches() {}

  public static RuntimeSettings settings(Choice isolation) {
    return settings(isolation, Map.of());
  }

  public static RuntimeSettings settings(Choice isolation, Map<String, String> more) {
    return RuntimeSettings.from(
        ConfigFactory.parseMap(more)
            .withFallback(
                ConfigFactory.parseMap(
                    Map.of("dynode.runtime.isolation", SandboxSettings.word(isolation))))
            .withFallback(ConfigFactory.load()));
  }

  public static Launch terminal(String script) {
    return launch(script, WINDOW, true, Map.of("TERM", "xterm"), null);
  }

  public static Launch pipes(String script) {
    return launch(script, null, true, Map.of(), null);
  }

  public static Launch launch(
      String script,
      @Nullable WindowSize window,
      boolean input,
      Map<String, String> environment,
      @Nullable Path slug) {
    DynoSize size = DynoSize.named("Standard-1X").orElseThrow();
    return new Launch(
        new AppId(new UUID(1, 1)),
        new DynoId(UUID.randomUUID()),
        1,
        new SlugTree(slug),
        script,
        environment,
        window,
        input,
        size);
  }

  /** Removes what dynos of a root that isolates nothing have outside of the data folder. */
  public static void clean(Path data) throws IOException {
    Path link = data.resolve("dynos");
    if (Files.isSymbolicLink(link)) {
      Removal.remove(Files.readSymbolicLink(link));
      Files.delete(link);
    }
  }

  /** Process ids of the keepers of a data folder, by their places. */
  public static Map<Path, Integer> keepers(Path data) throws IOException {
    Map<Path, Integer> keepers = new HashMap<>();
    for (KeeperPlace place : KeeperPlace.in(data.resolve("keeper"))) {
      if (Files.exists(place.pid())) {
        keepers.put(place.folder(), Integer.parseInt(Files.readString(place.pid()).strip()));
      }
    }
    return keepers;
  }

  /** The process id of the only one. */
  public static int keeper(Path data) throws IOException {
    Map<Path, Integer> keepers = keepers(data);
    assertEquals(1, keepers.size(), keepers::toString);
    return keepers.values().iterator().next();
  }

  /** Without input, of another size. */
  public static Launch launch(String script, DynoSize size) {
    return new Launch(
        new AppId(new UUID(1, 1)),
        new DynoId(UUID.randomUUID()),
        1,
        new SlugTree(null),
        script,
        Map.of(),
        null,
        false,
        size);
  }

  /** Everything it prints, until the end. */
  public static String output(RunningProcess process) throws IOException {
    return new String(bytes(process), StandardCharsets.UTF_8);
  }

  static byte[] bytes(RunningProcess process) throws IOException {
    var all = new ByteArrayOutputStream();
    byte[] buffer = new byte[64 * 1024];
    for (int n = process.read(buffer); n >= 0; n = process.read(buffer)) {
      all.write(buffer, 0, n);
    }
    return all.toByteArray();
  }

  /** Reads until all that was printed matches, and returns it. */
  public static String until(RunningProcess process, String pattern) throws IOException {
    var all = new StringBuilder();
    byte[] buffer = new byte[1024];
    while (!all.toString().matches(pattern)) {
      int n = process.read(buffer);
      if (n < 0) {
        throw new IOException("ended before " + pattern + ": " + all);
      }
      all.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
    }
    return all.toString();
  }

  public static void type(RunningProcess process, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    process.write(bytes, 0, bytes.length);
  }

  public static int status(RunningProcess process) {
    return process
        .exit()
        .toCompletableFuture()
        .orTimeout(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
        .join()
        .code();
  }

  public static void eventually(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      Thread.sleep(5);
    }
  }

  public static int descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return (int) open.count();
    }
  }

  /** Whether any process carries this text in its environment. */
  public static boolean marked(String text) {
    return ProcessTable.read().values().stream()
        .anyMatch(line -> !line.ended() && environment(line.pid()).contains(text));
  }

  static String environment(int pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
