package dev.dynode.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Chains the lines of a history file. The last field of each line, {@code hash}, is the SHA-256, in
 * hexadecimal digits, of the hash of the line before (64 zeros before the first), a line feed, and
 * the line as it is without that field. So nobody changes, drops, adds or moves a line unseen; who
 * keeps the last hash sees a file that was rewritten as a whole, too.
 */
final class HistoryChain {
  static final int VERSION = 1;
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String BEFORE_HASH = ",\"hash\":\"";
  private static final int HASH_DIGITS = 64;
  private static final int TAIL = BEFORE_HASH.length() + HASH_DIGITS + 2;

  private final MessageDigest digest;
  private String last = "0".repeat(HASH_DIGITS);

  HistoryChain() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** The hash of the last line. */
  String last() {
    return last;
  }

  /** The next line, without its line feed. */
  String add(HistoryLine line) {
    try {
      String text = JSON.writeValueAsString(line.json());
      last = hash(text);
      return text.substring(0, text.length() - 1) + BEFORE_HASH + last + "\"}";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the next line says without its hash, if that hash is right; else null. */
  @org.jspecify.annotations.Nullable
  String check(String line) {
    int cut = line.length() - TAIL;
    if (cut < 0 || !line.startsWith(BEFORE_HASH, cut) || !line.endsWith("\"}")) {
      return null;
    }
    String text = line.substring(0, cut) + "}";
    last = hash(text);
    return line.startsWith(last, cut + BEFORE_HASH.length()) ? text : null;
  }

  private String hash(String text) {
    digest.update(last.getBytes(UTF_8));
    digest.update((byte) '\n');
    return HexFormat.of().formatHex(digest.digest(text.getBytes(UTF_8)));
  }
}
