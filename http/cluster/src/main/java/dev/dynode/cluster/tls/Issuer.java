package dev.dynode.cluster.tls;

import dev.dynode.cluster.tls.Pem.Identity;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates (EC P-256; of nodes RSA). The only class that loads BouncyCastle. */
final class Issuer {
  static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);

  /** Longer-lived server certificates are refused by some clients (Apple's since 2020). */
  static final Duration SERVER_LIFE = Duration.ofDays(397);

  private static final int NODE_KEY_BITS = 2048;

  /** Clocks of clients may be behind ours by this much. */
  private static final Duration SKEW = Duration.ofHours(1);

  private final SecureRandom random = new SecureRandom();

  Identity authority(Instant now) throws IOException {
    try {
      KeyPair pair = newPair();
      var serial = serial();
      X500Name name = name("Dynode local authority " + serial.toString(16).substring(0, 8));
      var until = Date.from(now.plus(AUTHORITY_LIFE));
      var from = Date.from(now.minus(SKEW));
      var builder =
          new JcaX509v3CertificateBuilder(name, serial, from, until, name, pair.getPublic());
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
      return sign(builder, pair, pair);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make a certificate authority", e);
    }
  }

  Identity server(Identity authority, Collection<SubjectName> names, Instant now)
      throws IOException {
    try {
      return leaf(newPair(), authority, "Dynode", names, now, KeyPurposeId.id_kp_serverAuth);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a key", e);
    }
  }

  /** A node of a cluster: other nodes dial it, and it dials them. Pekko reads RSA keys only. */
  Identity node(Identity authority, String name, Collection<SubjectName> names, Instant now)
      throws IOException {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(NODE_KEY_BITS, random);
      return leaf(
          generator.generateKeyPair(),
          authority,
          name,
          names,
          now,
          KeyPurposeId.id_kp_serverAuth,
          KeyPurposeId.id_kp_clientAuth);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a key", e);
    }
  }

  private Identity leaf(
      KeyPair pair,
      Identity authority,
      String name,
      Collection<SubjectName> names,
      Instant now,
      KeyPurposeId... purposes)
      throws IOException {
    try {
      Instant until = now.plus(SERVER_LIFE);
      Instant latest = authority.certificate().getNotAfter().toInstant();
      var builder =
          new JcaX509v3CertificateBuilder(
              authority.certificate(),
              serial(),
              Date.from(now.minus(SKEW)),
              Date.from(until.isBefore(latest) ? until : latest),
              name(name),
              pair.getPublic());
      var ids = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes))
          .addExtension(Extension.subjectAlternativeName, false, alternatives(names))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              ids.createSubjectKeyIdentifier(pair.getPublic()))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              ids.createAuthorityKeyIdentifier(authority.certificate()));
      var issuer = new KeyPair(authority.certificate().getPublicKey(), authority.key());
      return sign(builder, issuer, pair);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IOException("cannot make a certificate", e);
    }
  }

  private static GeneralNames alternatives(Collection<SubjectName> names) {
    return new GeneralNames(
        names.stream()
            .map(
                name ->
                    new GeneralName(
                        name.address() ? GeneralName.iPAddress : GeneralName.dNSName, name.text()))
            .toArray(GeneralName[]::new));
  }

  private static Identity sign(X509v3CertificateBuilder builder, KeyPair issuer, KeyPair subject)
      throws GeneralSecurityException, OperatorCreationException {
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate());
    X509Certificate signed =
        new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    return new Identity(subject.getPrivate(), signed);
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
  }

  private KeyPair newPair() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private BigInteger serial() {
    return new BigInteger(126, random).setBit(126);
  }
}
