package dev.dynode.cluster.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PEM files with one EC private key, one certificate, or both; read with the JDK alone. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final String KEY = "PRIVATE KEY";
  private static final String CERTIFICATE = "CERTIFICATE";

  private Pem() {}

  /** A private key (PKCS 8) and its certificate. */
  record Identity(PrivateKey key, X509Certificate certificate) {
    String text() {
      return keyText() + Pem.text(certificate);
    }

    String keyText() {
      return Pem.text(KEY, key.getEncoded());
    }
  }

  static String text(X509Certificate certificate) {
    try {
      return text(CERTIFICATE, certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(String label, byte[] der) {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
  }

  /** The identity in a file with both blocks. */
  static Identity identity(Path file) throws IOException, GeneralSecurityException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    var key =
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(block(text, KEY)));
    return new Identity(key, certificate(text));
  }

  static X509Certificate certificate(String text) throws GeneralSecurityException {
    return certificates(text).getFirst();
  }

  /** All of them; at least one. */
  static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
    var factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> all = new ArrayList<>();
    for (byte[] der : blocks(text, CERTIFICATE)) {
      all.add((X509Certificate) factory.generateCertificate(new java.io.ByteArrayInputStream(der)));
    }
    return all;
  }

  private static byte[] block(String text, String label) throws GeneralSecurityException {
    return blocks(text, label).getFirst();
  }

  private static List<byte[]> blocks(String text, String label) throws GeneralSecurityException {
    List<byte[]> found = new ArrayList<>();
    var blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (label.equals(blocks.group(1))) {
        found.add(Base64.getMimeDecoder().decode(nonNull(blocks.group(2))));
      }
    }
    if (found.isEmpty()) {
      throw new GeneralSecurityException("no " + label + " block");
    }
    return found;
  }

  private static String nonNull(@Nullable String group) {
    return group == null ? "" : group;
  }

  /** Puts the whole text in place or changes nothing: flushed under another name, then renamed. */
  static void write(Path file, String text, String permissions) throws IOException {
    Set<PosixFilePermission> mode = PosixFilePermissions.fromString(permissions);
    Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try {
      var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      var owner =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      try (var channel = FileChannel.open(fresh, options, owner)) {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.setPosixFilePermissions(fresh, mode);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
