package dev.dynode.store;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.Origin;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every line in the folder of a {@link FileLogStore} that nobody writes to. */
public final class KeptLines {
  private KeptLines() {}

  /** Takes lines, those of an app in order. */
  @FunctionalInterface
  public interface Taker<E extends Exception> {
    void take(AppId app, LogLine line, @Nullable Origin origin) throws E, IOException;
  }

  /**
   * Reads all logs once, a line at a time. A line without end, or that cannot be understood, is
   * passed over, as it is by the store.
   *
   * @param directory the store's; may be missing
   */
  public static <E extends Exception> void each(Path directory, Taker<E> taker)
      throws E, IOException {
    for (Path app : apps(directory)) {
      AppId id = AppId.of(app.getFileName().toString());
      for (String segment : List.of("previous.log", "current.log")) {
        Path file = app.resolve(segment);
        if (Files.exists(file)) {
          try (var in = new FileInputStream(file.toFile())) {
            var reader = new SegmentReader(in, Long.MAX_VALUE);
            while (reader.next()) {
              LogLine line = reader.line();
              if (line != null) {
                taker.take(id, line, reader.origin());
              }
            }
          }
        }
      }
    }
  }

  private static List<Path> apps(Path directory) throws IOException {
    List<Path> apps = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          if (Files.isDirectory(entry)) {
            apps.add(entry);
          }
        }
      }
    }
    apps.sort(null);
    return apps;
  }
}
