package dev.dynode.cluster.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.pki.pem.DERPrivateKeyLoader;
import org.apache.pekko.pki.pem.PEMDecoder;

/**
 * What a node shows the others, and what it believes of them, read and checked as Pekko's remoting
 * will use it: that would say nothing until the first connection fails.
 */
public final class NodeKeys {
  private static final String SERVER_PURPOSE = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_PURPOSE = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final int DNS = 2;

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final X509Certificate authority;

  private NodeKeys(PrivateKey key, X509Certificate certificate, X509Certificate authority) {
    this.key = key;
    this.certificate = certificate;
    this.authority = authority;
  }

  /**
   * Reads three PEM files. Of several certificates in a file Pekko takes the first, so an authority
   * in between cannot be used.
   *
   * @throws IOException in one sentence that names the file and says what is to be done
   */
  public static NodeKeys read(Path keyFile, Path certificateFile, Path authorityFile, Instant now)
      throws IOException {
    X509Certificate authority = certificate(authorityFile);
    X509Certificate certificate = certificate(certificateFile);
    PrivateKey key = key(keyFile);
    if (!belong(key, certificate.getPublicKey())) {
      throw new IOException(
          "%s is not the key of %s; take both from one `dynode tls cert`."
              .formatted(keyFile, certificateFile));
    }
    try {
      certificate.verify(authority.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "%s was not signed by the authority in %s; take both from one `dynode tls cert`. An authority in between cannot be used."
              .formatted(certificateFile, authorityFile),
          e);
    }
    checkTime(certificateFile, certificate, now);
    checkTime(authorityFile, authority, now);
    checkUse(certificateFile, certificate);
    return new NodeKeys(key, certificate, authority);
  }

  /** Shows this node's certificate and trusts its authority alone. */
  public SSLContext context() throws IOException {
    try {
      char[] inMemory = new char[0];
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("node", key, inMemory, new Certificate[] {certificate, authority});
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, inMemory);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", authority);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var context = SSLContext.getInstance("TLSv1.3");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificate of this node cannot be used", e);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new IOException(
          "There is no %s that this user may read; `dynode tls cert` makes it.".formatted(file));
    }
    return Files.readAllBytes(file);
  }

  private static X509Certificate certificate(Path file) throws IOException {
    try {
      if (CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(bytes(file)))
          instanceof X509Certificate found) {
        return found;
      }
    } catch (CertificateException notOne) {
      // said below
    }
    throw new IOException(
        "There is no certificate in PEM in %s; `dynode tls cert` makes it.".formatted(file));
  }

  private static PrivateKey key(Path file) throws IOException {
    String text = new String(bytes(file), StandardCharsets.UTF_8);
    try {
      return DERPrivateKeyLoader.load(PEMDecoder.decode(text));
    } catch (Exception e) { // also checked ones, which Scala does not declare
      throw new IOException(
          "There is no RSA key in PEM, without a password, in %s; `dynode tls cert` makes it."
              .formatted(file),
          e);
    }
  }

  private static boolean belong(PrivateKey key, PublicKey other) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      byte[] text = "dynode".getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(other);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException otherKind) {
      return false;
    }
  }

  private static void checkTime(Path file, X509Certificate certificate, Instant now)
      throws IOException {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      throw new IOException(
          "%s expired on %s; replace it by a new one of `dynode tls cert`.".formatted(file, until));
    }
    if (now.isBefore(from)) {
      throw new IOException(
          "%s is valid only from %s on; set the clock of this machine.".formatted(file, from));
    }
  }

  private static void checkUse(Path file, X509Certificate certificate) throws IOException {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      if (purposes != null
          && !purposes.contains(ANY_PURPOSE)
          && !(purposes.contains(SERVER_PURPOSE) && purposes.contains(CLIENT_PURPOSE))) {
        throw new IOException(
            "%s is not for both ends of a connection (extended key usage serverAuth and clientAuth), as a node's must be; `dynode tls cert` makes such a one."
                .formatted(file));
      }
      var alternatives = certificate.getSubjectAlternativeNames();
      boolean named =
          alternatives != null
              && alternatives.stream().anyMatch(name -> Integer.valueOf(DNS).equals(name.get(0)));
      named |=
          new LdapName(certificate.getSubjectX500Principal().getName())
              .getRdns().stream().anyMatch(part -> part.getType().equalsIgnoreCase("CN"));
      if (!named) {
        throw new IOException(
            "%s has no name; the certificates of all nodes must have a DNS name in common, such as %s."
                .formatted(file, NodeCertificates.COMMON_NAME));
      }
    } catch (CertificateException | InvalidNameException e) {
      throw new IOException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
