package dev.dynode.journal;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.serialization.Serialization;
import scala.jdk.javaapi.OptionConverters;

/**
 * One row of the column family {@code snapshots}. Its value: format (1 byte, now 1), timestamp (8
 * bytes, milliseconds since 1970), state, metadata.
 */
public record StoredSnapshot(
    String persistenceId,
    long sequenceNr,
    long timestamp,
    Packed state,
    Optional<Packed> metadata) {

  private static final byte FORMAT = 1;

  static StoredSnapshot of(SnapshotMetadata about, Object state, Serialization serialization) {
    return new StoredSnapshot(
        about.persistenceId(),
        about.sequenceNr(),
        about.timestamp(),
        Packed.pack(serialization, state),
        OptionConverters.toJava(about.metadata()).map(m -> Packed.pack(serialization, m)));
  }

  boolean matches(SnapshotSelectionCriteria criteria) {
    return criteria.matches(new SnapshotMetadata(persistenceId, sequenceNr, timestamp));
  }

  SelectedSnapshot selected(Serialization serialization) {
    var about =
        new SnapshotMetadata(
            persistenceId,
            sequenceNr,
            timestamp,
            OptionConverters.toScala(metadata.map(m -> m.unpack(serialization))));
    return new SelectedSnapshot(about, state.unpack(serialization));
  }

  byte[] value() {
    return Packed.bytes(
        state.bytes().length + 128,
        out -> {
          out.writeByte(FORMAT);
          out.writeLong(timestamp);
          Packed.write(out, state, metadata);
        });
  }

  static StoredSnapshot read(byte[] key, byte[] value) {
    try (var in = new DataInputStream(new ByteArrayInputStream(value))) {
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException(
            "a snapshot was written by a newer version of Dynode (format " + format + ")");
      }
      return new StoredSnapshot(
          Keys.persistenceId(key),
          Keys.sequenceNr(key),
          in.readLong(),
          Packed.readFrom(in),
          Packed.readMetadata(in));
    } catch (IOException e) {
      throw new UncheckedIOException("a snapshot is damaged: " + Keys.persistenceId(key), e);
    }
  }
}
