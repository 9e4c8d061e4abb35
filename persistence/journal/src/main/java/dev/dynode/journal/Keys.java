package dev.dynode.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys of the column families.
 *
 * <p>{@code events} and {@code snapshots}: length of the id (2 bytes), id (UTF-8), sequence number
 * (8 bytes). {@code order}: offset (8 bytes). All numbers big-endian, so that RocksDB's byte order
 * is theirs. The length keeps the rows of one id apart from those of every other.
 */
final class Keys {
  private static final int LONGEST_ID = 0xFFFF;

  private Keys() {}

  static byte[] of(byte[] id, long sequenceNr) {
    return ByteBuffer.allocate(2 + id.length + 8)
        .putShort((short) id.length)
        .put(id)
        .putLong(sequenceNr)
        .array();
  }

  /** UTF-8 of a persistence id, at most 65,535 bytes. */
  static byte[] id(String persistenceId) {
    byte[] id = persistenceId.getBytes(UTF_8);
    if (id.length == 0 || id.length > LONGEST_ID) {
      throw new IllegalArgumentException(
          "a persistence id has 1 to " + LONGEST_ID + " bytes, not " + id.length);
    }
    return id;
  }

  static byte[] number(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  static boolean belongsTo(byte[] key, byte[] id) {
    return key.length == 2 + id.length + 8
        && Arrays.equals(key, 2, 2 + id.length, id, 0, id.length)
        && ByteBuffer.wrap(key).getShort() == (short) id.length;
  }

  static long sequenceNr(byte[] key) {
    return ByteBuffer.wrap(key).getLong(key.length - 8);
  }

  static String persistenceId(byte[] key) {
    return new String(key, 2, key.length - 10, UTF_8);
  }
}
