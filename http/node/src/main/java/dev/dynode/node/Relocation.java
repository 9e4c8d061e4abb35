package dev.dynode.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.typesafe.config.Config;
import dev.dynode.journal.Rows;
import dev.dynode.postgres.FolderCopy;
import dev.dynode.postgres.FolderCopy.Copied;
import dev.dynode.postgres.Postgres;
import dev.dynode.replay.Offline;
import dev.dynode.replay.StoryArchive;
import dev.dynode.store.DataFolder;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.SlugSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.ObjLongConsumer;

/**
 * Takes everything that a node alone keeps into the database of a cluster. Its dynos go on, and its
 * data folder becomes that of a node of the cluster.
 */
public final class Relocation {
  /** Under which name the hosts of other nodes know the dynos of this folder. */
  public static final String HOST_NAME = "host-name";

  private static final String DONE = "imported";

  private Relocation() {}

  /**
   * Does it. Killed at any moment it leaves the database empty, or has done everything.
   *
   * @param folder of a node that was alone
   * @param config names the database; it must be empty
   * @param progress told now and then of how many events how many are copied
   * @throws IOException in one sentence, where a node uses the folder, or it cannot be copied
   */
  public static Copied run(Path folder, Config config, ObjLongConsumer<Long> progress)
      throws IOException {
    if (!Files.isDirectory(folder.resolve("journal"))) {
      throw new IOException("There is no journal of a node in " + folder + ".");
    }
    if (!StoryArchive.of(new Offline().journal(folder)).isEmpty()) {
      throw new IOException(
          "%s holds stories that were archived, and a database takes none: move that folder elsewhere first, and read them from there with --file."
              .formatted(folder.resolve("journal").resolve("archive")));
    }
    try (DataFolder data = DataFolder.hold(folder);
        Rows journal = Rows.in(new Offline().journal(folder));
        Postgres postgres = Postgres.open(config)) {
      postgres.migrate();
      DataFolder.write(data.resolve(HOST_NAME), (Node.ALONE + "\n").getBytes(UTF_8));
      var source =
          new FolderCopy.Source(
              journal,
              data.resolve("logs"),
              new FileSlugStore(data.resolve("slugs"), SlugSettings.of(config)),
              folder,
              Stores.SHARED);
      long all = journal.lastOffset();
      Copied copied = FolderCopy.into(postgres, source, events -> progress.accept(all, events));
      DataFolder.write(data.resolve(DONE), (Instant.now() + "\n").getBytes(UTF_8));
      return copied;
    }
  }

  /** What the host of an imported folder is called. */
  public static Optional<String> hostName(Path folder) {
    Path file = folder.resolve(HOST_NAME);
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  /** A node that goes on alone would write a second history. */
  public static void requireNotDone(Path folder) throws IOException {
    Path done = folder.resolve(DONE);
    if (Files.exists(done)) {
      throw new IOException(
          "The data folder %s was imported into a database: start its node with --postgres. (To give up what the database has since, delete %s.)"
              .formatted(folder, done));
    }
  }
}
