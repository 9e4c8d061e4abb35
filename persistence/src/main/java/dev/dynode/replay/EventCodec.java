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
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/** Turns stored events into JSON, into what they are to the rules, and back. Thread-safe. */
public final class EventCodec {
  private static final int JACKSON_CBOR = 33; // Pekko's number of the serializer
  private static final CBORMapper CBOR = new CBORMapper();

  private final Serialization serialization;
  private final ObjectMapper mapper;
  private final Map<String, ObjectReader> readers = new ConcurrentHashMap<>();

  public EventCodec(ClassicActorSystemProvider system) {
    serialization = SerializationExtension.get(system);
    mapper = JacksonObjectMapperProvider.get(system).getOrCreate("jackson-cbor", Optional.empty());
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
      ObjectReader reader = readers.get(packed.manifest());
      return reader != null ? reader.readValue(packed.bytes()) : first(packed);
    } catch (Exception e) { // Scala throws checked ones, too
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /**
   * The first of its kind. If it is of today's version, the next are read by the same mapper
   * without looking everything up again; older ones need their migration.
   */
  private Object first(Packed packed) {
    Object event = packed.unpack(serialization);
    Serializer serializer = serialization.findSerializerFor(event);
    if (packed.serializer() == JACKSON_CBOR
        && serializer.identifier() == JACKSON_CBOR
        && Serializers.manifestFor(serializer, event).equals(packed.manifest())) {
      readers.put(packed.manifest(), mapper.readerFor(event.getClass()));
    }
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
