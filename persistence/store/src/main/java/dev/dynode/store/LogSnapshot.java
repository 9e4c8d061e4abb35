package dev.dynode.store;

import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * An app's log at one moment: its open segments, oldest first, and how far each was written. Stays
 * readable while lines are appended and segments deleted. For one thread.
 */
final class LogSnapshot implements AutoCloseable {
  private record Segment(FileInputStream file, long length) {}

  private final List<Segment> segments = new ArrayList<>();

  /** The files of the log in this folder, the older one first; neither need be there. */
  static List<Path> segments(Path folder) {
    return List.of(folder.resolve("previous.log"), folder.resolve("current.log"));
  }

  /** Adds the next newer segment. */
  void add(Path file, long length) throws IOException {
    segments.add(new Segment(new FileInputStream(file.toFile()), length));
  }

  /**
   * The newest {@code limit} lines that pass and are not older than {@code since}. A line without
   * end, or that cannot be understood, is skipped.
   */
  List<LogLine> last(int limit, LogFilter filter, Instant since) throws IOException {
    var found = new ArrayDeque<LogLine>();
    for (Segment segment : segments) {
      var lines = new SegmentReader(segment.file(), segment.length());
      while (lines.next()) {
        LogLine read = lines.line();
        if (read != null && !read.at().isBefore(since) && filter.passes(read)) {
          found.add(read);
          if (found.size() > limit) {
            found.remove();
          }
        }
      }
    }
    return List.copyOf(found);
  }

  @Override
  public void close() {
    for (Segment segment : segments) {
      try {
        segment.file().close();
      } catch (IOException e) {
        // only read from: nothing is lost
      }
    }
  }
}
