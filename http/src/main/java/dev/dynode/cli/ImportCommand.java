package dev.dynode.cli;

import dev.dynode.journal.Intake;
import dev.dynode.journal.JournalUnavailable;
import dev.dynode.node.DataFolder;
import dev.dynode.replay.HistoryFileInvalid;
import dev.dynode.replay.HistoryImport;
import dev.dynode.replay.Offline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dynode import}: a history from a file. */
@Command(
    name = "import",
    description = {
      "Take a history that was exported into a data folder that no node uses.",
      "",
      "All of the file is checked before anything is written. What is there already is left alone,"
          + " so an import that was cut off is simply done again.",
      ""
    })
final class ImportCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @Parameters(paramLabel = "FILE", description = "Written by dynode export.")
  private Path file = Path.of("");

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailed("There is no file " + file + ".");
    }
    try (DataFolder data = DataFolder.hold(node.data());
        var offline = new Offline();
        Intake journal =
            Intake.open(offline.journal(Files.createDirectories(data.resolve("journal"))))) {
      HistoryImport.Result result = HistoryImport.of(file, journal, offline.codec());
      System.out.println(
          "%,d events imported, %,d were there already.".formatted(result.added(), result.known()));
      return 0;
    } catch (HistoryFileInvalid | JournalUnavailable e) {
      throw new CommandFailed(file + ": " + e.getMessage());
    }
  }
}
