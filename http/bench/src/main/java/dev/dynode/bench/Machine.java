package dev.dynode.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/** What figures mean nothing without. */
public final class Machine {
  private Machine() {}

  /** Processor, cores, memory, kernel, Java, load, date: one Markdown line. */
  public static String description() {
    return "Measured "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS)
        + " on "
        + field("/proc/cpuinfo", "model name", System.getProperty("os.arch"))
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, memory "
        + field("/proc/meminfo", "MemTotal", "unknown")
        + ", "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + ", "
        + System.getProperty("java.vendor.version", System.getProperty("java.vendor"))
        + " "
        + Runtime.version()
        + "; load average before the run "
        + load()
        + ".";
  }

  private static String field(String file, String name, String otherwise) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static String load() {
    try {
      return Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0];
    } catch (IOException e) {
      return "unknown";
    }
  }
}
