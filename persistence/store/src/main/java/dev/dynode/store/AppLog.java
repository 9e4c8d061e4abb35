package dev.dynode.store;

import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import dev.dynode.port.LogStore.Origin;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one app: two segment files, {@code current.log} and the full one before it, {@code
 * previous.log}. When the current one has {@code kept-lines} lines it takes the place of the
 * previous one. Guarded by its own lock, which is held for one write(2) at most, but for a
 * rotation.
 */
final class AppLog {
  private static final Logger LOG = LoggerFactory.getLogger(AppLog.class);
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);

  private final Path folder;
  private final LogStoreSettings settings;
  private final InstantSource clock;
  private final Consumer<AppLog> whenOpened;
  private final List<LogFollower> followers = new CopyOnWriteArrayList<>();

  private @Nullable RandomAccessFile file;
  private boolean recovered;
  private boolean damaged;
  private long length;
  private int lines;
  private long lastMicros = Long.MIN_VALUE;
  private long unwritten;
  private Instant unwrittenSince = Instant.EPOCH;
  private long lost;
  private volatile long usedAt;

  AppLog(Path folder, LogStoreSettings settings, InstantSource clock, Consumer<AppLog> whenOpened) {
    this.folder = folder;
    this.settings = settings;
    this.clock = clock;
    this.whenOpened = whenOpened;
  }

  private Path current() {
    return LogSnapshot.segments(folder).getLast();
  }

  private Path previous() {
    return LogSnapshot.segments(folder).getFirst();
  }

  /** When a line was last written, by {@link System#nanoTime}. */
  long usedAt() {
    return usedAt;
  }

  /** Lines that could not be written, since this log was first used. */
  synchronized long lost() {
    return lost;
  }

  /** Of a line that is split, the last part has the origin. */
  synchronized void append(LogLine line, @Nullable Origin origin) {
    usedAt = System.nanoTime();
    List<LogLine> parts = line.split(settings.lineBytes());
    for (int i = 0; i < parts.size(); i++) {
      if (unwritten > 0) {
        String told =
            "Error L13: "
                + unwritten
                + " messages lost since "
                + SECONDS.format(unwrittenSince)
                + ".";
        if (store(new LogLine(line.at(), "app", "log-shuttle", told), null, false)) {
          unwritten = 0;
        }
      }
      store(parts.get(i), i == parts.size() - 1 ? origin : null, true);
    }
  }

  private boolean store(LogLine line, @Nullable Origin origin, boolean counted) {
    boolean written = false;
    LogLine ordered = line;
    try {
      RandomAccessFile out = open();
      ordered = inOrder(line);
      byte[] bytes = LogLineFormat.encode(ordered, origin);
      damaged = true;
      out.write(bytes);
      damaged = false;
      length += bytes.length;
      written = true;
      if (++lines >= settings.keptLines()) {
        rotate();
      }
    } catch (IOException e) {
      closeFile();
      if (!written && counted) {
        lost++;
        if (unwritten++ == 0) {
          unwrittenSince = ordered.at();
          LOG.warn("Log lines are lost: {}", folder, e);
        }
      }
    }
    if (written || counted) {
      for (LogFollower follower : followers) {
        follower.offer(ordered);
      }
    }
    return written;
  }

  private LogLine inOrder(LogLine line) {
    lastMicros = Math.max(lastMicros, LogLineFormat.micros(line.at()));
    return new LogLine(
        Instant.EPOCH.plus(lastMicros, ChronoUnit.MICROS),
        line.source(),
        line.process(),
        line.text());
  }

  private RandomAccessFile open() throws IOException {
    RandomAccessFile open = file;
    if (open == null) {
      Files.createDirectories(folder);
      recover();
      open = new RandomAccessFile(current().toFile(), "rw");
      file = open;
      damaged |= open.length() != length;
      open.seek(length);
      whenOpened.accept(this);
    }
    if (damaged) { // a line was written in part
      open.setLength(length);
      open.seek(length);
      damaged = false;
    }
    return open;
  }

  /** Learns from disk, once, how far whole lines go and when the last was. */
  private void recover() throws IOException {
    if (recovered) {
      return;
    }
    Instant oldest = clock.instant().minus(settings.maxAge());
    for (Path segment : List.of(previous(), current())) {
      length = 0;
      lines = 0;
      if (!Files.exists(segment)) {
        continue;
      }
      if (Files.getLastModifiedTime(segment).toInstant().isBefore(oldest)) {
        Files.delete(segment);
        continue;
      }
      try (var in = new FileInputStream(segment.toFile())) {
        var reader = new SegmentReader(in, Long.MAX_VALUE);
        while (reader.next()) {
          lines++;
          length = reader.position();
          LogLine line = reader.line();
          if (line != null) {
            lastMicros = Math.max(lastMicros, LogLineFormat.micros(line.at()));
          }
        }
      }
    }
    recovered = true;
  }

  /** How far the output of a launch has come. */
  synchronized long stored(DynoId dyno, int generation) throws IOException {
    recover();
    long stored = 0;
    for (Path segment : List.of(previous(), current())) {
      if (Files.exists(segment)) {
        try (var in = new FileInputStream(segment.toFile())) {
          var reader = new SegmentReader(in, Long.MAX_VALUE);
          while (reader.next()) {
            Origin origin = reader.origin();
            if (origin != null && origin.dyno().equals(dyno) && origin.generation() == generation) {
              stored = Math.max(stored, origin.end());
            }
          }
        }
      }
    }
    return stored;
  }

  private void rotate() throws IOException {
    closeFile();
    Files.move(
        current(), previous(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    length = 0;
    lines = 0;
  }

  /** What can be read now; with a follower: it is offered every line that comes after. */
  synchronized LogSnapshot snapshot(@Nullable LogFollower follower) throws IOException {
    var snapshot = new LogSnapshot();
    try {
      recover();
      if (Files.exists(previous())) {
        snapshot.add(previous(), Files.size(previous()));
      }
      if (length > 0) {
        snapshot.add(current(), length);
      }
    } catch (NoSuchFileException e) {
      // somebody removed the files: there is nothing to show
    } catch (IOException e) {
      snapshot.close();
      throw e;
    }
    if (follower != null) {
      followers.add(follower);
    }
    return snapshot;
  }

  List<LogLine> last(LogSnapshot snapshot, int limit, LogFilter filter) throws IOException {
    return snapshot.last(limit, filter, clock.instant().minus(settings.maxAge()));
  }

  void forget(LogFollower follower) {
    followers.remove(follower);
  }

  /** Ends all followings and closes the file; it is opened again by the next line. */
  void close() {
    followers.forEach(LogFollower::close);
    closeFile();
  }

  /** Closes the file, if it is not in use at this moment. */
  synchronized void closeFile() {
    RandomAccessFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // every line was written when its append returned
      }
    }
  }

  /** Deletes the log. */
  synchronized void remove() throws IOException {
    close();
    Files.deleteIfExists(current());
    Files.deleteIfExists(previous());
    Files.deleteIfExists(folder);
    recovered = false;
    lines = 0;
    length = 0;
    lastMicros = Long.MIN_VALUE;
    unwritten = 0;
  }
}
