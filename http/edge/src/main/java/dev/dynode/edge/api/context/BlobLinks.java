package dev.dynode.edge.api.context;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.SlugId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads the secret part of a slug's upload and download addresses: whoever has one may do
 * just that, until it expires. It proves itself by a MAC; nothing is remembered. Thread-safe.
 */
public final class BlobLinks {
  private static final int CLAIM_BYTES = 1 + 4 * Long.BYTES + Long.BYTES;
  private static final int MAC_BYTES = 32;
  private static final byte[] PURPOSE =
      "dynode slug blob 1".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final byte[] key;

  /**
   * @param key secret of the installation, at least 32 bytes
   */
  public BlobLinks(byte[] key) {
    if (key.length < 32) {
      throw new IllegalArgumentException("the key needs 32 bytes, not " + key.length);
    }
    this.key = key.clone();
  }

  /** What the holder may do, until when. */
  public record Claim(boolean upload, AppId app, SlugId slug, Instant until) {}

  public String issue(Claim claim) {
    ByteBuffer link = ByteBuffer.allocate(CLAIM_BYTES + MAC_BYTES);
    link.put((byte) (claim.upload() ? 1 : 0));
    put(link, claim.app().value());
    put(link, claim.slug().value());
    link.putLong(claim.until().getEpochSecond());
    link.put(mac(Arrays.copyOf(link.array(), CLAIM_BYTES)));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(link.array());
  }

  /** Empty unless it is one of ours, whole and unaltered; it may have expired. */
  public Optional<Claim> read(String link) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(link);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (bytes.length != CLAIM_BYTES + MAC_BYTES
        || !MessageDigest.isEqual(
            Arrays.copyOfRange(bytes, CLAIM_BYTES, bytes.length),
            mac(Arrays.copyOf(bytes, CLAIM_BYTES)))) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return Optional.of(
        new Claim(
            buffer.get() == 1,
            new AppId(uuid(buffer)),
            new SlugId(uuid(buffer)),
            Instant.ofEpochSecond(buffer.getLong())));
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
      mac.update(PURPOSE);
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
