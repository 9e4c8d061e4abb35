package dev.dynode.cluster.tls;

import dev.dynode.cluster.tls.Pem.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * This host's own certificate authority and the server certificate it signs, made on first use and
 * kept in a folder: {@code ca.pem} (for clients, mode 0644), {@code ca-key.pem} and {@code
 * server.pem} (keys with their certificates, mode 0600).
 *
 * <p>The server certificate is valid for 127.0.0.1, ::1, localhost and the public host; the {@code
 * heroku} command verifies it always and wants addresses as IP names. It is made anew, by the same
 * authority, when the public host changes or 30 days before it expires; a running server keeps the
 * one it started with (397 days). The authority lives 10 years; 30 days before its end a new one
 * replaces it, and clients must be given the new {@code ca.pem}.
 */
public final class LocalAuthority {
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);
  private static final String KEY_MODE = "rw-------";

  private final Path certificateFile;
  private final X509Certificate server;
  private final SSLContext context;

  private LocalAuthority(Path certificateFile, Identity server) throws IOException {
    this.certificateFile = certificateFile;
    this.server = server.certificate();
    this.context = serving(server);
  }

  /**
   * Reads what the folder holds and makes what is missing or no longer fits.
   *
   * @param folder made if absent (mode 0700)
   * @param publicHost DNS name or address clients dial, or {@code null}: this machine only
   * @throws IOException if the folder cannot be read or written, or the authority's key file is
   *     damaged (it is never replaced silently: clients trust it)
   */
  public static LocalAuthority open(Path folder, @Nullable String publicHost, InstantSource clock)
      throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Instant now = clock.instant();
    Identity authority = authority(folder.resolve("ca-key.pem"), now);
    Path published = folder.resolve("ca.pem");
    String text = Pem.text(authority.certificate());
    if (!Files.exists(published) || !text.equals(Files.readString(published))) {
      Pem.write(published, text, "rw-------");
    }
    Path serverFile = folder.resolve("server.pem");
    Set<SubjectName> names = SubjectName.wanted(publicHost);
    Identity server = usable(serverFile, authority, names, now);
    if (server == null) {
      server = new Issuer().server(authority, names, now);
      Pem.write(serverFile, server.text(), KEY_MODE);
    }
    return new LocalAuthority(published, server);
  }

  /** What clients must trust: {@code NODE_EXTRA_CA_CERTS}, {@code --cacert}. */
  public Path certificateFile() {
    return certificateFile;
  }

  /** Presents the server certificate; TLS 1.2 and 1.3, no client certificates. */
  public SSLContext serverContext() {
    return context;
  }

  /** When the server certificate expires. */
  public Instant expiry() {
    return server.getNotAfter().toInstant();
  }

  /**
   * For clients: trusts the one authority in the file and nothing else.
   *
   * @throws IOException if the file cannot be read or holds no certificate
   */
  public static SSLContext trusting(Path certificateFile) throws IOException {
    try {
      var store = emptyStore();
      for (X509Certificate each : Pem.certificates(Files.readString(certificateFile))) {
        store.setCertificateEntry(
            each.getSubjectX500Principal() + " " + each.getSerialNumber(), each);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificate authority in " + certificateFile, e);
    }
  }

  private static Identity authority(Path file, Instant now) throws IOException {
    if (Files.exists(file)) {
      try {
        Identity known = Pem.identity(file);
        if (outlives(known.certificate(), now.plus(RENEW_BEFORE))) {
          return known;
        }
      } catch (GeneralSecurityException e) {
        throw new IOException(
            file + " is damaged; restore it, or delete it to start with a new authority", e);
      }
    }
    Identity fresh = new Issuer().authority(now);
    Pem.write(file, fresh.text(), KEY_MODE);
    return fresh;
  }

  private static @Nullable Identity usable(
      Path file, Identity authority, Set<SubjectName> names, Instant now) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    try {
      Identity known = Pem.identity(file);
      known.certificate().verify(authority.certificate().getPublicKey());
      boolean fits =
          outlives(known.certificate(), now.plus(RENEW_BEFORE))
              && SubjectName.in(known.certificate()).equals(names);
      return fits ? known : null;
    } catch (GeneralSecurityException damagedOrForeign) {
      return null;
    }
  }

  private static boolean outlives(X509Certificate certificate, Instant then) {
    return certificate.getNotAfter().toInstant().isAfter(then);
  }

  private static SSLContext serving(Identity identity) throws IOException {
    try {
      char[] inMemory = new char[0];
      var store = emptyStore();
      store.setKeyEntry(
          "server", identity.key(), inMemory, new Certificate[] {identity.certificate()});
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, inMemory);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the server certificate cannot be used", e);
    }
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
