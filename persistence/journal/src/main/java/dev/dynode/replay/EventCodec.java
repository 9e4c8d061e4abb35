package dev.dynode.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.typesafe.config.Config;
import dev.dynode.journal.Packed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ReflectiveDynamicAccess;
import org.apache.pekko.serialization.jackson.JacksonMigration;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperFactory;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * Turns stored events into JSON, into what they are to the rules, and back, without an actor
 * system: tools that read a journal must not depend on one that starts. Thread-safe.
 *
 * <p>The mapper is made by Pekko itself, of the same configuration as the one a node's actors write
 * with, and kinds and versions are named as its serializer names them.
 */
public final class EventCodec {
  private static final int JACKSON_CBOR = 33; // Pekko's number of the serializer
  private static final String BINDING = "jackson-cbor";
  private static final String OURS = "dev.dynode.";
  private static final CBORMapper CBOR = new CBORMapper();

  private final ObjectMapper mapper;
  private final Map<String, JacksonMigration> migrations = new HashMap<>();
  private final Map<String, ObjectReader> readers = new ConcurrentHashMap<>();

  /**
   * A codec.
   *
   * @param config a node's, or what the modules bring
   */
  public EventCodec(Config config) {
    Config jackson = JacksonObjectMapperProvider.configForBinding(BINDING, config);
    var classes = new ReflectiveDynamicAccess(EventCodec.class.getClassLoader());
    mapper =
        JacksonObjectMapperProvider.createObjectMapper(
            BINDING,
            Option.apply(new CBORFactory()),
            new JacksonObjectMapperFactory(),
            jackson,
            classes,
            Option.empty());
    jackson
        .getConfig("migrations")
        .root()
        .unwrapped()
        .forEach((kind, migration) -> migrations.put(kind, made(String.valueOf(migration))));
  }

  private static JacksonMigration made(String name) {
    try {
      return Class.forName(name)
          .asSubclass(JacksonMigration.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the migration " + name + " cannot be made", e);
    }
  }

  /** What reads and writes the fields of events. */
  public ObjectMapper mapper() {
    return mapper;
  }

  /**
   * The event or state as today's code reads it.
   *
   * @throws IllegalStateException if it cannot
   */
  public Object read(Packed packed) {
    if (packed.serializer() != JACKSON_CBOR) {
      throw unknown(packed);
    }
    try {
      @Nullable ObjectReader reader = readers.get(packed.manifest());
      return reader != null ? reader.readValue(packed.bytes()) : first(packed);
    } catch (IOException e) {
      throw new IllegalStateException(said(e), e);
    }
  }

  /** The first of its kind and version; the next of today's version need no looking up. */
  private Object first(Packed packed) throws IOException {
    int mark = packed.manifest().lastIndexOf('#');
    String name = mark < 0 ? packed.manifest() : packed.manifest().substring(0, mark);
    int version = mark < 0 ? 1 : version(packed.manifest(), mark);
    @Nullable JacksonMigration migration = migrations.get(name);
    if (migration != null && version < migration.currentVersion()) {
      JsonNode today = migration.transform(version, mapper.readTree(packed.bytes()));
      return mapper.treeToValue(today, type(migration.transformClassName(version, name)));
    }
    if (version > (migration == null ? 1 : migration.currentVersion())) {
      throw new IllegalStateException(
          "version " + version + " of " + name + " is of a newer Dynode than this one");
    }
    ObjectReader reader = mapper.readerFor(type(name));
    Object event = reader.readValue(packed.bytes());
    readers.put(packed.manifest(), reader);
    return event;
  }

  private static int version(String manifest, int mark) {
    try {
      return Integer.parseInt(manifest.substring(mark + 1));
    } catch (NumberFormatException e) {
      throw new IllegalStateException(manifest + " names no version", e);
    }
  }

  /** Only of Dynode: a file from elsewhere may name anything. */
  private static Class<?> type(String name) {
    try {
      if (name.startsWith(OURS)) {
        return Class.forName(name);
      }
    } catch (ClassNotFoundException e) {
      // told below
    }
    throw new IllegalStateException("this Dynode knows no event " + name);
  }

  /** Without the place in the bytes, which nobody can look at. */
  private static String said(IOException e) {
    return e instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : String.valueOf(e.getMessage());
  }

  /** The same of a line of a history file. */
  public Object read(HistoryLine.Event line) {
    return read(packed(line));
  }

  /** Whether it is of a kind and version that this build writes. */
  boolean isOfToday(Packed packed) {
    int mark = packed.manifest().lastIndexOf('#');
    return packed
        .manifest()
        .equals(manifest(mark < 0 ? packed.manifest() : packed.manifest().substring(0, mark)));
  }

  private String manifest(String name) {
    @Nullable JacksonMigration migration = migrations.get(name);
    return migration == null ? name : name + "#" + migration.currentVersion();
  }

  Packed pack(Object event) {
    String name = event.getClass().getName();
    try {
      return new Packed(JACKSON_CBOR, manifest(name), mapper.writeValueAsBytes(event));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(name + " cannot be written: " + said(e), e);
    }
  }

  /** Its fields as they are journaled. */
  static JsonNode fields(Packed packed) {
    if (packed.serializer() != JACKSON_CBOR) {
      throw unknown(packed);
    }
    try {
      return CBOR.readTree(packed.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static IllegalStateException unknown(Packed packed) {
    return new IllegalStateException("serializer " + packed.serializer() + " is not known");
  }

  static Packed packed(HistoryLine.Event line) {
    try {
      return new Packed(JACKSON_CBOR, line.type(), CBOR.writeValueAsBytes(line.event()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
