package dev.dynode.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dynode.journal.StoredEvent;
import dev.dynode.replay.ArchiveFile.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes an {@link ArchiveFile}. It is there as a whole or not at all: both files get their names
 * once the disk has them, the index first. Not thread-safe.
 */
final class ArchiveWriter implements AutoCloseable {
  private static final String NOT_DONE = ".new";
  private static final int BUFFER = 1 << 16;
  private static final Set<StandardOpenOption> NEW =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);

  private final Path file;
  private final FileChannel channel;
  private final HistoryChain chain = new HistoryChain();
  private final List<Place> places = new ArrayList<>();
  private @Nullable GZIPOutputStream part;
  private long begin;
  private long characters;
  private long events;

  ArchiveWriter(Path file) throws IOException {
    this.file = file;
    channel = FileChannel.open(beside(file), NEW);
    line(new HistoryLine.Head("archive", true));
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + NOT_DONE);
  }

  int stories() {
    return places.size();
  }

  long events() {
    return events;
  }

  /** A whole story, from its first event on. */
  void add(String id, List<StoredEvent> story) throws IOException {
    if (characters > ArchiveFile.PART) {
      endPart();
    }
    out();
    places.add(Place.of(id, story.size(), begin));
    for (StoredEvent event : story) {
      line(
          new HistoryLine.Event(
              id,
              event.sequenceNr(),
              Instant.ofEpochMilli(event.timestamp()),
              event.event().manifest(),
              EventCodec.fields(event.event())));
      events++;
    }
  }

  private GZIPOutputStream out() throws IOException {
    if (part == null) {
      begin = channel.position();
      characters = 0;
      part = new GZIPOutputStream(Channels.newOutputStream(channel), BUFFER);
    }
    return part;
  }

  private void line(HistoryLine line) throws IOException {
    String text = chain.add(line);
    characters += text.length();
    out().write((text + "\n").getBytes(UTF_8));
  }

  /** Not closed, for that would close the file. */
  private void endPart() throws IOException {
    out().finish();
    part = null;
  }

  /** Ends the file; the disk has it afterwards. */
  ArchiveFile done() throws IOException {
    line(new HistoryLine.End(events));
    endPart();
    channel.force(true);
    long bytes = channel.position();
    channel.close();
    Path index = ArchiveFile.indexOf(file);
    writeIndex(beside(index), bytes);
    Files.move(beside(index), index, StandardCopyOption.ATOMIC_MOVE);
    Files.move(beside(file), file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(file.resolveSibling("."))) {
      folder.force(true);
    }
    return ArchiveFile.open(file);
  }

  private void writeIndex(Path index, long bytes) throws IOException {
    ByteBuffer records =
        ByteBuffer.allocate(ArchiveFile.HEAD + places.size() * ArchiveFile.RECORD)
            .putLong(ArchiveFile.MAGIC)
            .putLong(bytes);
    places.stream().sorted().forEach(place -> place.write(records));
    records.flip();
    try (FileChannel out = FileChannel.open(index, NEW)) {
      while (records.hasRemaining()) {
        out.write(records);
      }
      out.force(true);
    }
  }

  /** What was not done is given up. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(beside(file));
  }
}
