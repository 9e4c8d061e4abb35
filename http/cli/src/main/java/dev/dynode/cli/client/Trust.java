package dev.dynode.cli.client;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom a TLS client believes. */
public final class Trust {
  private Trust() {}

  /**
   * A context that believes the certificates of one PEM file and nobody else; without a file, the
   * Java runtime's own list.
   */
  public static SSLContext context(@Nullable Path pem) {
    try {
      if (pem == null) {
        return SSLContext.getDefault();
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      try (InputStream in = Files.newInputStream(pem)) {
        int number = 0;
        for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("ca-" + number++, one);
        }
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new CommandFailed("Cannot read the CA certificates of " + pem + ": " + Reason.of(e));
    }
  }
}
