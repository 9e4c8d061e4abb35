package dev.dynode.journal;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.serialization.Serialization;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.OptionConverters;

/**
 * One row of the column family of events. Its value: global offset (8 bytes, set by the commit),
 * format (1 byte, now 1), timestamp (8 bytes), writer, manifest, tags, event, metadata.
 *
 * @param offset place in the whole journal, 1 or more; 0 before the commit
 * @param timestamp milliseconds since 1970 at which the journal took the event
 * @param writer identity of the actor incarnation that wrote it
 * @param manifest of the event adapter, not of the serializer; mostly empty
 */
public record StoredEvent(
    String persistenceId,
    long sequenceNr,
    long offset,
    long timestamp,
    String writer,
    String manifest,
    Set<String> tags,
    Packed event,
    Optional<Packed> metadata) {

  private static final byte FORMAT = 1;

  static StoredEvent of(PersistentRepr repr, Serialization serialization) {
    Object payload = repr.payload();
    Set<String> tags = Set.of();
    if (payload instanceof Tagged tagged) {
      payload = tagged.payload();
      tags = CollectionConverters.asJava(tagged.tags());
    }
    return new StoredEvent(
        repr.persistenceId(),
        repr.sequenceNr(),
        0,
        repr.timestamp() == 0
            ? System.currentTimeMillis()
            : repr.timestamp(), // Pekko leaves it to us
        repr.writerUuid(),
        repr.manifest(),
        tags,
        Packed.pack(serialization, payload),
        OptionConverters.toJava(repr.metadata()).map(m -> Packed.pack(serialization, m)));
  }

  PersistentRepr repr(Serialization serialization) {
    PersistentRepr repr =
        PersistentRepr.apply(
                event.unpack(serialization),
                sequenceNr,
                persistenceId,
                manifest,
                false,
                ActorRef.noSender(),
                writer)
            .withTimestamp(timestamp);
    return metadata.map(m -> repr.withMetadata(m.unpack(serialization))).orElse(repr);
  }

  byte[] value() {
    return Packed.bytes(
        event.bytes().length + 256,
        out -> {
          out.writeLong(offset);
          out.writeByte(FORMAT);
          out.writeLong(timestamp);
          out.writeUTF(writer);
          out.writeUTF(manifest);
          out.writeShort(tags.size());
          for (String tag : tags) {
            out.writeUTF(tag);
          }
          Packed.write(out, event, metadata);
        });
  }

  /** Writes the offset into an encoded value. */
  static void place(byte[] value, long offset) {
    ByteBuffer.wrap(value).putLong(offset);
  }

  static long offset(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  static StoredEvent read(byte[] key, byte[] value) {
    try (var in = new DataInputStream(new ByteArrayInputStream(value))) {
      long offset = in.readLong();
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException(
            "an event was written by a newer version of Dynode (format " + format + ")");
      }
      long timestamp = in.readLong();
      String writer = in.readUTF();
      String manifest = in.readUTF();
      Set<String> tags = new LinkedHashSet<>();
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        tags.add(in.readUTF());
      }
      return new StoredEvent(
          Keys.persistenceId(key),
          Keys.sequenceNr(key),
          offset,
          timestamp,
          writer,
          manifest,
          tags,
          Packed.readFrom(in),
          Packed.readMetadata(in));
    } catch (IOException e) {
      throw new UncheckedIOException("an event is damaged: " + Keys.persistenceId(key), e);
    }
  }
}
