package dev.dynode.journal;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/**
 * An object as Pekko serialized it: enough to read it back.
 *
 * @param serializer identifier of the serializer (configured in {@code pekko.actor})
 * @param manifest what the serializer needs to know besides the bytes, mostly a class name
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Packed(int serializer, String manifest, byte[] bytes) {

  /** Throws whatever the serializer throws: the object cannot be stored. */
  public static Packed pack(Serialization serialization, Object object) {
    Serializer serializer = serialization.findSerializerFor(object);
    byte[] bytes = serialization.serialize(object).get();
    return new Packed(serializer.identifier(), Serializers.manifestFor(serializer, object), bytes);
  }

  public Object unpack(Serialization serialization) {
    return serialization.deserialize(bytes, serializer, manifest).get();
  }

  private void writeTo(DataOutputStream out) throws IOException {
    out.writeInt(serializer);
    out.writeUTF(manifest);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static Packed readFrom(DataInputStream in) throws IOException {
    int serializer = in.readInt();
    String manifest = in.readUTF();
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new Packed(serializer, manifest, bytes);
  }

  static void write(DataOutputStream out, Packed packed, Optional<Packed> metadata)
      throws IOException {
    packed.writeTo(out);
    out.writeBoolean(metadata.isPresent());
    if (metadata.isPresent()) {
      metadata.get().writeTo(out);
    }
  }

  static Optional<Packed> readMetadata(DataInputStream in) throws IOException {
    return in.readBoolean() ? Optional.of(readFrom(in)) : Optional.empty();
  }

  /** Runs a writer against memory, where no I/O error can happen. */
  static byte[] bytes(int sizeHint, Writing writing) {
    var bytes = new ByteArrayOutputStream(sizeHint);
    try {
      writing.writeTo(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot be stored: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  @FunctionalInterface
  interface Writing {
    void writeTo(DataOutputStream out) throws IOException;
  }
}
