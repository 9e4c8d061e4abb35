package dev.dynode.offline;

import dev.dynode.cli.client.Moment;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.ProgressBar;
import dev.dynode.replay.Archiving;
import dev.dynode.replay.Offline;
import dev.dynode.store.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode archive}: ended stories leave the journal for history files. */
@Command(
    name = "archive",
    description = {
      "Move the stories of dynos that have ended, and of apps that are gone, out of the journal into"
          + " history files.",
      "",
      "The files are in journal/archive of the data folder; `replay`, `explain`, `export` and"
          + " `verify` read them as before, and `import` takes one back. Apps keep their own"
          + " stories in the journal until they are deleted. The node must not run; its dynos go"
          + " on. Cut off at any moment, nothing is lost: do it again. A cluster's database is not"
          + " archived.",
      ""
    })
public final class ArchiveCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--before",
      paramLabel = "DATE",
      required = true,
      description =
          "Move what ended before this day, or time: 2026-11-20, \"2026-11-20 14:03\" or"
              + " 2026-11-20T14:03:00Z.")
  private String before = "";

  @Override
  public Integer call() throws IOException {
    Instant time = time(before);
    Path folder = node.data();
    if (!Files.isDirectory(folder.resolve("journal"))) {
      throw new CommandFailed(
          "There is no journal of a node in "
              + folder
              + "; name a data folder with --data. (The journal of a cluster is not archived.)");
    }
    if (DataFolder.held(folder)) {
      throw new CommandFailed(
          "A node uses " + folder + ": stop it first; its dynos go on, and it finds them again.");
    }
    var bar = ProgressBar.onStderr();
    var offline = new Offline();
    try (DataFolder _ = DataFolder.hold(folder)) {
      Archiving.Moved moved =
          Archiving.run(
              offline.journal(folder), offline.codec(), time, events -> bar.at(events, events));
      bar.clear();
      System.out.printf(
          Locale.ROOT,
          "%,d events of %,d dynos and %,d deleted apps that ended before %s were moved.%n",
          moved.events(),
          moved.dynos(),
          moved.apps(),
          time);
      moved.files().forEach(System.out::println);
      return 0;
    } catch (IllegalStateException e) {
      throw new CommandFailed(Reason.of(e));
    } finally {
      bar.clear();
    }
  }

  private static Instant time(String text) {
    try {
      return LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException noDate) {
      Moment moment = Moment.parse(text);
      if (!moment.at().contains("T")) {
        throw new CommandFailed(
            "--before: \"%s\" is no day or time; write one as 2026-11-20 or 2026-11-20T14:03:00Z."
                .formatted(text),
            2);
      }
      return Instant.parse(moment.at());
    }
  }
}
