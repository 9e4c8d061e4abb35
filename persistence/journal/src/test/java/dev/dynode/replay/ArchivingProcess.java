package dev.dynode.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Archives everything of a journal, in a process of its own that can be killed. */
final class ArchivingProcess {
  private ArchivingProcess() {}

  static Process start(Path journal) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ArchivingProcess.class.getName(),
                journal.toString()))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Tells when it begins, and after each story that it has moved. */
  public static void main(String[] arguments) throws IOException {
    var offline = new Offline();
    System.out.println("begins");
    Archiving.run(
        Trial.journal(Path.of(arguments[0])),
        offline.codec(),
        Instant.parse("2036-01-01T00:00:00Z"),
        _ -> System.out.println("moved"));
  }
}
