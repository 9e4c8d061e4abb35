package dev.dynode.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.journal.StoredEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A history file of stories that have ended, each in one piece, packed by gzip some at a time, and
 * beside it an index of where each begins: records of 32 bytes in the order of their ids, after a
 * head of 16. Thread-safe.
 */
final class ArchiveFile {
  static final int RECORD = 32;
  static final int HEAD = 16;
  static final long MAGIC = 0x4459_4e4f_4445_0001L; // "DYNODE", 1

  /** Characters after which a part ends with the story. */
  static final int PART = 1 << 16;

  private static final int BUFFER = 1 << 14;
  private static final int PARTS_KEPT = 8;

  private final Path file;
  private final ByteBuffer index;
  private final Map<Long, Map<String, List<StoredEvent>>> parts =
      new LinkedHashMap<>(PARTS_KEPT * 2, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Map<String, List<StoredEvent>>> of) {
          return size() > PARTS_KEPT;
        }
      };

  /**
   * Where a story is.
   *
   * @param kind {@code A} or {@code D}, as its id begins
   * @param events how many it has
   * @param part where the packed part begins that holds it, in bytes
   */
  record Place(char kind, UUID id, int events, long part) implements Comparable<Place> {
    static Place of(String id, int events, long part) {
      int bar = id.indexOf('|');
      return new Place(id.charAt(0), UUID.fromString(id.substring(bar + 1)), events, part);
    }

    private static Place read(ByteBuffer from, int at) {
      return new Place(
          (char) from.getInt(at),
          new UUID(from.getLong(at + 8), from.getLong(at + 16)),
          from.getInt(at + 4),
          from.getLong(at + 24));
    }

    void write(ByteBuffer to) {
      to.putInt(kind)
          .putInt(events)
          .putLong(id.getMostSignificantBits())
          .putLong(id.getLeastSignificantBits())
          .putLong(part);
    }

    String name() {
      return (kind == 'A' ? "App|" : "Dyno|") + id;
    }

    @Override
    public int compareTo(Place other) {
      return kind != other.kind ? Character.compare(kind, other.kind) : id.compareTo(other.id);
    }
  }

  private ArchiveFile(Path file, ByteBuffer index) {
    this.file = file;
    this.index = index;
  }

  static Path indexOf(Path file) {
    return file.resolveSibling(file.getFileName().toString().replace(".jsonl.gz", ".index"));
  }

  /**
   * Opens it.
   *
   * @throws IOException if it, or its index, cannot be read, or they are not of one another
   */
  static ArchiveFile open(Path file) throws IOException {
    Path beside = indexOf(file);
    if (!Files.exists(beside)) {
      throw new IOException("%s is missing; restore it from a backup.".formatted(beside));
    }
    try (FileChannel channel = FileChannel.open(beside)) {
      ByteBuffer index = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      if (index.limit() < HEAD
          || (index.limit() - HEAD) % RECORD != 0
          || index.getLong(0) != MAGIC
          || index.getLong(8) != Files.size(file)) {
        throw new IOException(
            "%s is not the index of %s; restore both from a backup."
                .formatted(beside, file.getFileName()));
      }
      return new ArchiveFile(file, index);
    }
  }

  Path path() {
    return file;
  }

  int stories() {
    return (index.limit() - HEAD) / RECORD;
  }

  Place place(int number) {
    return Place.read(index, HEAD + number * RECORD);
  }

  Optional<Place> place(String id) {
    Place wanted = Place.of(id, 0, 0);
    int from = 0;
    int to = stories() - 1;
    while (from <= to) {
      int middle = (from + to) >>> 1;
      Place there = place(middle);
      int order = there.compareTo(wanted);
      if (order == 0) {
        return Optional.of(there);
      }
      if (order < 0) {
        from = middle + 1;
      } else {
        to = middle - 1;
      }
    }
    return Optional.empty();
  }

  /** The events of a story; their chain is not looked at. */
  synchronized List<StoredEvent> events(Place place) {
    List<StoredEvent> events = parts.getOrDefault(place.part(), Map.of()).get(place.name());
    if (events == null) {
      Map<String, List<StoredEvent>> read = read(place);
      parts.put(place.part(), read);
      events = read.getOrDefault(place.name(), List.of());
    }
    if (events.size() != place.events()) {
      throw new IllegalStateException(
          "%s does not hold the %d events of %s that its index tells of; restore both from a backup."
              .formatted(file, place.events(), place.name()));
    }
    return events;
  }

  /** With those around it, which are mostly asked for next. */
  private Map<String, List<StoredEvent>> read(Place place) {
    var stories = new HashMap<String, List<StoredEvent>>();
    try (FileChannel channel = FileChannel.open(file).position(place.part());
        InputStream in = new GZIPInputStream(Channels.newInputStream(channel), BUFFER);
        var lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      long read = 0;
      for (@Nullable String text = lines.readLine(); text != null; text = lines.readLine()) {
        read += text.length();
        JsonNode line = HistoryChain.JSON.readTree(text);
        if (line.has("history")) {
          continue;
        }
        if (!(HistoryLine.read(line) instanceof HistoryLine.Event event)
            || (event.sequence() == 1 && read > PART && stories.containsKey(place.name()))) {
          break;
        }
        stories.computeIfAbsent(event.id(), _ -> new ArrayList<>()).add(stored(event));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read: %s".formatted(file, e), e);
    }
    return stories;
  }

  static StoredEvent stored(HistoryLine.Event line) {
    return new StoredEvent(
        line.id(),
        line.sequence(),
        0,
        line.at().toEpochMilli(),
        "archive",
        "",
        Set.of(),
        EventCodec.packed(line),
        Optional.empty());
  }
}
