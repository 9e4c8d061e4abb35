package dev.dynode.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Other programs of this machine. */
public final class Programs {
  private Programs() {}

  /** On the PATH, or where daemons are. */
  public static Optional<Path> find(String name) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.concat(
            Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin", "/sbin"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * What it prints.
   *
   * @throws IOException with what it says if it fails
   */
  static String run(List<String> command) throws IOException {
    return run(command, Map.of());
  }

  /** The same with these variables besides our own. */
  public static String run(List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(command.getFirst() + " failed: " + text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return text;
  }

  /** Nanoseconds from before the start to the first byte; returns once the program has ended. */
  static long nanosToFirstByte(List<String> command) throws IOException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (InputStream out = process.getInputStream()) {
      int first = out.read();
      long nanos = System.nanoTime() - begin;
      out.readAllBytes();
      if (process.waitFor() != 0 || first < 0) {
        throw new IOException(command.getFirst() + " failed with " + process.exitValue());
      }
      return nanos;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
