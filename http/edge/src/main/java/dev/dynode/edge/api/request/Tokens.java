package dev.dynode.edge.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The installation's API tokens. Only their SHA-256 is kept, in {@code tokens.json}; the first one
 * is written bare to {@code credentials}, for the clients on this machine. Both are for their
 * owner's eyes only (0600). Thread-safe.
 */
public final class Tokens {
  /** Of every token, so that scanners of published code know one when they see it. */
  public static final String PREFIX = "HRKU-";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECRET_BYTES = 32;

  private final List<byte[]> hashes = new ArrayList<>();
  private final Instant createdAt;

  /**
   * Reads the tokens of this folder; makes the first where there is none.
   *
   * @throws IOException if the files cannot be read or written, or are damaged
   */
  public Tokens(Path folder) throws IOException {
    Path file = folder.resolve("tokens.json");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      first(folder, file);
    }
    JsonNode kept = JSON.readTree(Files.readAllBytes(file));
    try {
      for (JsonNode token : kept.path("tokens")) {
        hashes.add(HexFormat.of().parseHex(token.path("sha256").asText()));
      }
      createdAt = Instant.parse(kept.path("created_at").asText());
    } catch (RuntimeException e) {
      throw new IOException(file + " is damaged; remove it to have a new token made", e);
    }
  }

  private static void first(Path folder, Path file) throws IOException {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    // The bare token first: whoever finds the hashes finds a token that fits them.
    write(folder.resolve("credentials"), (token + "\n").getBytes(StandardCharsets.UTF_8));
    write(
        file,
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(
                Map.of(
                    "created_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    "tokens", List.of(Map.of("sha256", HexFormat.of().formatHex(hash(token)))))));
  }

  private static void write(Path file, byte[] content) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    try (var channel =
        Files.newByteChannel(
            part,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(java.nio.ByteBuffer.wrap(content));
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** When the first token was made. */
  public Instant createdAt() {
    return createdAt;
  }

  /** Whether this is one of the tokens; takes as long for a near miss as for a far one. */
  public boolean verify(String token) {
    byte[] hash = hash(token);
    boolean found = false;
    for (byte[] known : hashes) {
      found |= MessageDigest.isEqual(known, hash);
    }
    return found;
  }

  private static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
