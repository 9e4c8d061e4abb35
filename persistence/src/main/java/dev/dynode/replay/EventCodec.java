package dev.dynode.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.dynode.journal.Packed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/** Turns stored events into JSON, into what they are to the rules, and back. Thread-safe. */
public final class EventCodec {
  private static final int JACKSON_CBOR = 33; // Pekko's number of the serializer
  private static final CBORMapper CBOR = new CBORMapper();

  private final Serialization serialization;
  private final ObjectMapper mapper;
  private final Set<String> migrated;
  private final Map<String, ObjectReader> readers = new ConcurrentHashMap<>();

  public EventCodec(ClassicActorSystemProvider system) {
    serialization = SerializationExtension.get(system);
    mapper = JacksonObjectMapperProvider.get(system).getOrCreate("jackson-cbor", Optional.empty());
    migrated =
        Set.copyOf(
            system
                .classicSystem()
                .settings()
                .config()
                .getObject("pekko.serialization.jackson.migrations")
                .keySet());
  }

  /** What reads and writes the fields of events. */
  public static ObjectMapper mapper(ClassicActorSystemProvider system) {
    return JacksonObjectMapperProvider.get(system).getOrCreate("jackson-cbor", Optional.empty());
  }

  /**
   * The event or state as today's code reads it.
   *
   * @throws IllegalStateException if it cannot
   */
  public Object read(Packed packed) {
    try {
      return packed.serializer() == JACKSON_CBOR && plain(packed.manifest())
          ? quickly(packed)
          : packed.unpack(serialization);
    } catch (Exception e) { // Scala throws checked ones, too
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Whether the event is as the class is now. */
  private boolean plain(String manifest) {
    return manifest.indexOf('#') < 0 && !migrated.contains(manifest);
  }

  /** As the serializer does with the same mapper, without looking everything up again. */
  private Object quickly(Packed packed) throws IOException {
    ObjectReader reader = readers.get(packed.manifest());
    if (reader != null) {
      return reader.readValue(packed.bytes());
    }
    Object event = packed.unpack(serialization); // which checks that the type may be read
    readers.put(packed.manifest(), mapper.readerFor(event.getClass()));
    return event;
  }

  /** The same of a line of a history file. */
  public Object read(HistoryLine.Event line) {
    return read(packed(line));
  }

  Packed pack(Object event) {
    return Packed.pack(serialization, event);
  }

  /** Its fields as they are journaled. */
  static JsonNode fields(Packed packed) {
    if (packed.serializer() != JACKSON_CBOR) {
      throw new IllegalStateException("serializer " + packed.serializer() + " is not known");
    }
    try {
      return CBOR.readTree(packed.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Packed packed(HistoryLine.Event line) {
    try {
      return new Packed(JACKSON_CBOR, line.type(), CBOR.writeValueAsBytes(line.event()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
