package dev.dynode.node.command;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cli.client.NodeConfig;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.ProgressBar;
import dev.dynode.journal.Intake;
import dev.dynode.journal.JournalUnavailable;
import dev.dynode.node.Relocation;
import dev.dynode.postgres.FolderCopy.Copied;
import dev.dynode.replay.HistoryFileInvalid;
import dev.dynode.replay.HistoryImport;
import dev.dynode.replay.Offline;
import dev.dynode.store.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode import}: a history from a file, or all of a data folder into a database. */
@Command(
    name = "import",
    description = {
      "Take a history that was exported into a data folder that no node uses; or, with --postgres,"
          + " everything of a data folder into the empty database of a cluster.",
      "",
      "All of a file is checked before anything is written. What is there already is left alone,"
          + " so an import that was cut off is simply done again. One into a database leaves nothing"
          + " there when it is cut off. Dynos of the folder's node go on meanwhile.",
      ""
    })
final class ImportCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @Parameters(
      paramLabel = "FILE|DIR",
      description = "Written by dynode export; with --postgres: a node's data folder.")
  private Path from = Path.of("");

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description =
          "An empty database (or DYNODE_POSTGRES). User and password: dynode.postgres.user and"
              + " .password.")
  private @Nullable String postgres;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "HOCON file over the built-in configuration (or DYNODE_CONFIG).")
  private @Nullable Path config;

  @Override
  public Integer call() throws IOException {
    return Files.isDirectory(from) ? folder() : file();
  }

  private int folder() throws IOException {
    Config file = NodeConfig.config(config);
    String url =
        NodeConfig.setting(file, "postgres", postgres, file.getString("dynode.postgres.url"));
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new CommandFailed(
          from
              + " is a folder: give the database to take it into, such as --postgres"
              + " jdbc:postgresql://db.example.com/dynode.",
          2);
    }
    var bar = ProgressBar.onStderr();
    long begin = System.nanoTime();
    try {
      Copied copied =
          Relocation.run(
              from.toAbsolutePath().normalize(),
              ConfigFactory.parseMap(Map.of("dynode.postgres.url", url)).withFallback(file),
              (all, events) -> bar.at(events, all));
      bar.clear();
      System.out.printf(
          Locale.ROOT,
          "%,d events of %,d histories, %,d log lines and %,d slugs imported in %.1f s. Start the"
              + " node on this folder with --postgres now.%n",
          copied.events(),
          copied.histories(),
          copied.lines(),
          copied.slugs(),
          (System.nanoTime() - begin) / 1e9);
      return 0;
    } catch (JournalUnavailable e) {
      throw new CommandFailed(from + ": " + Reason.of(e));
    } finally {
      bar.clear();
    }
  }

  private int file() throws IOException {
    if (!Files.isRegularFile(from)) {
      throw new CommandFailed("There is no file " + from + ".");
    }
    if (postgres != null) {
      throw new CommandFailed(
          "A database takes a node's data folder, not a file: name the folder.", 2);
    }
    Path folder = node.data();
    List<Path> made = missing(folder);
    boolean done = false;
    var offline = new Offline();
    try (DataFolder data = DataFolder.hold(folder);
        Intake journal =
            Intake.open(offline.journal(Files.createDirectories(data.resolve("journal"))))) {
      HistoryImport.Result result = HistoryImport.of(from, journal, offline.codec());
      System.out.println(
          "%,d events imported, %,d were there already.".formatted(result.added(), result.known()));
      done = true;
      return 0;
    } catch (HistoryFileInvalid | JournalUnavailable e) {
      throw new CommandFailed(from + ": " + Reason.of(e));
    } finally {
      if (!done && !made.isEmpty()) {
        remove(made);
        Files.deleteIfExists(folder.resolve("journal.kept")); // or a journal would be missed there
      }
    }
  }

  /** What an import into this folder makes, the outermost first: it is taken away if it fails. */
  private static List<Path> missing(Path folder) {
    List<Path> missing = new ArrayList<>();
    for (@Nullable Path path = folder.resolve("journal");
        path != null && !Files.exists(path);
        path = path.getParent()) {
      missing.addFirst(path);
    }
    return missing;
  }

  private static void remove(List<Path> made) throws IOException {
    if (!made.isEmpty() && Files.exists(made.getFirst())) {
      try (Stream<Path> all = Files.walk(made.getFirst())) {
        for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(path);
        }
      }
    }
  }
}
