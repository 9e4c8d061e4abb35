package dev.dynode.cluster.tls;

import java.net.IDN;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One name a server certificate is valid for, in the one spelling that can be compared.
 *
 * @param address whether it is an IP address (clients do not look for an address among DNS names)
 */
record SubjectName(boolean address, String text) implements Comparable<SubjectName> {
  private static final int DNS = 2;
  private static final int IP = 7;

  /** From a host as people write it; never asks a name server. */
  static SubjectName of(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    try {
      return new SubjectName(true, InetAddress.ofLiteral(bare).getHostAddress());
    } catch (IllegalArgumentException notAnAddress) {
      return new SubjectName(false, IDN.toASCII(bare).toLowerCase(Locale.ROOT));
    }
  }

  /** What every certificate of this host is valid for, and the public host. */
  static Set<SubjectName> wanted(@Nullable String publicHost) {
    var names = new TreeSet<>(Set.of(of("127.0.0.1"), of("::1"), of("localhost")));
    if (publicHost != null && !publicHost.isBlank()) {
      names.add(of(publicHost.strip()));
    }
    return names;
  }

  static Set<SubjectName> in(X509Certificate certificate) throws CertificateParsingException {
    var names = new TreeSet<SubjectName>();
    var entries = certificate.getSubjectAlternativeNames();
    for (List<?> entry : entries == null ? List.<List<?>>of() : entries) {
      if (entry.get(0) instanceof Integer type && entry.get(1) instanceof String text) {
        if (type == IP || type == DNS) {
          names.add(of(text));
        }
      }
    }
    return names;
  }

  @Override
  public int compareTo(SubjectName other) {
    int byKind = Boolean.compare(address, other.address);
    return byKind != 0 ? byKind : text.compareTo(other.text);
  }
}
