package dev.dynode.replay;

import com.typesafe.config.Config;
import dev.dynode.journal.Rows;
import dev.dynode.replay.ArchiveFile.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The stories that were moved out of a journal, in the folder {@code archive} inside it. They are
 * read where the journal has none of the id any more. Thread-safe.
 */
public final class StoryArchive {
  public static final StoryArchive NONE = new StoryArchive(List.of());

  private final List<ArchiveFile> files;

  /** A story in a file. */
  record Found(ArchiveFile file, Place place) {}

  private StoryArchive(List<ArchiveFile> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Of a journal in a folder.
   *
   * @param journal settings as under {@code dynode.journal}
   */
  public static StoryArchive of(Config journal) {
    return of(folder(journal));
  }

  static Path folder(Config journal) {
    return Path.of(journal.getString("directory"), "archive");
  }

  static StoryArchive of(Path folder) {
    if (!Files.isDirectory(folder)) {
      return NONE;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.jsonl.gz")) {
      List<Path> paths = new ArrayList<>();
      all.forEach(paths::add);
      paths.sort(Comparator.naturalOrder());
      List<ArchiveFile> files = new ArrayList<>();
      for (Path path : paths) {
        files.add(ArchiveFile.open(path));
      }
      return new StoryArchive(files);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Rows of a journal with those of the stories that were moved out of it. */
  public Rows over(Rows journal) {
    return files.isEmpty() ? journal : new ArchivedRows(journal, this);
  }

  /** The same of a folder that no node uses. */
  public static Rows rows(Config journal) {
    return of(journal).over(Rows.in(journal));
  }

  public boolean isEmpty() {
    return files.isEmpty();
  }

  List<ArchiveFile> files() {
    return files;
  }

  Optional<Found> find(String id) {
    if (!id.startsWith("Dyno|") && !id.startsWith("App|")) {
      return Optional.empty();
    }
    try {
      for (ArchiveFile file : files) {
        Optional<Place> place = file.place(id);
        if (place.isPresent()) {
          return Optional.of(new Found(file, place.get()));
        }
      }
    } catch (IllegalArgumentException noUuid) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
