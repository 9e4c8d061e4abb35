package dev.dynode.domain.attach;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads attach tokens: who holds one may attach to that dyno. A token names its dyno and
 * proves itself by a MAC, so nothing secret is journaled and any node with the key can check it;
 * that it works only once is the dyno's rule.
 */
public final class AttachTokens {
  private static final int MAC_BYTES = 16;

  private final byte[] key;

  /**
   * @param key secret of the installation, at least 32 bytes
   */
  public AttachTokens(byte[] key) {
    if (key.length < 32) {
      throw new IllegalArgumentException("the attach key needs 32 bytes, not " + key.length);
    }
    this.key = key.clone();
  }

  /** Whom a token is for. */
  public record Claim(AppId app, DynoId dyno) {}

  /** The dyno's token: 64 URL-safe characters. */
  public String issue(AppId app, DynoId dyno) {
    ByteBuffer token = ByteBuffer.allocate(32 + MAC_BYTES);
    put(token, app.value());
    put(token, dyno.value());
    token.put(mac(Arrays.copyOf(token.array(), 32)));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token.array());
  }

  /** Whom the token is for; empty unless it is one of ours, whole and unaltered. */
  public Optional<Claim> read(String token) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      if (bytes.length != 32 + MAC_BYTES
          || !MessageDigest.isEqual(
              Arrays.copyOfRange(bytes, 32, bytes.length), mac(Arrays.copyOf(bytes, 32)))) {
        return Optional.empty();
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return Optional.of(new Claim(new AppId(uuid(buffer)), new DynoId(uuid(buffer))));
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      return Optional.empty();
    }
  }

  private static void put(ByteBuffer buffer, UUID id) {
    buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  private static UUID uuid(ByteBuffer buffer) {
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  private byte[] mac(byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return Arrays.copyOf(mac.doFinal(text), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
