package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.store.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the files of a data folder say of the process of its node. */
final class NodeProcess {
  /** By so much the kernel's clock and that of the files may differ. */
  private static final Duration CLOCKS = Duration.ofSeconds(5);

  private NodeProcess() {}

  /** What a node that starts on this folder waits for; empty: none starts. */
  static Optional<String> startsWaitingFor(Path data) {
    Path file = data.resolve(DataFolder.STARTING);
    try {
      JsonNode told = Json.read(Files.readAllBytes(file));
      return lives(told.path("pid").asLong(), Files.getLastModifiedTime(file).toInstant())
          ? Optional.of(told.path("for").asText())
          : Optional.empty();
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /**
   * Whether the process that a file names still runs, and not another one with its number.
   *
   * @param written when; null: nobody knows
   */
  static boolean lives(long pid, @Nullable Instant written) {
    return pid > 0
        && !ended(pid)
        && ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(
                process ->
                    written == null
                        || process
                            .info()
                            .startInstant()
                            .map(start -> start.minus(CLOCKS).isBefore(written))
                            .orElse(true))
            .isPresent();
  }

  /** One that nobody has waited for is still in the table of processes. */
  private static boolean ended(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      return line.startsWith("Z", line.lastIndexOf(')') + 2);
    } catch (IOException unknown) {
      return false;
    }
  }

  /** The same of a {@code node.json}. */
  static boolean lives(JsonNode address) {
    @Nullable Instant started = null;
    try {
      started = Instant.parse(address.path("started_at").asText());
    } catch (DateTimeParseException unknown) {
      // then its number has to do
    }
    return lives(address.path("pid").asLong(), started);
  }
}
